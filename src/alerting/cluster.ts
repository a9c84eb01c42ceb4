import { formula, KINDS, query, threshold, type AlertRule } from './model';

const ANY = KINDS;
const FOR_TEXT = { why: 'For the text only: a counter is no reason to alert.' };
const FAR_ABOVE = 'Far above the poll interval (10 s) and its backoff (60 s).';

/** The rules on the cluster itself and on the watching of it. */
export const CLUSTER_RULES: readonly AlertRule[] = [
  {
    id: 'split',
    title: 'Cluster split',
    kinds: ['seatunnel', 'generic'],
    needs: 'two or more addresses of masters',
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      'The masters of {{ .Labels.cluster }} disagree: {{ with .Values.A }}{{ humanize .Value }}{{ end }} more than one of them is named as the active one.',
    description:
      'Both halves may run the same jobs, and nobody knows which of them would carry a request out, so Unjam refuses every action. End the split first: see which masters name whom in the health check of the data source, and repair the network between them.',
    runbook: 'cluster-split',
    when: '`masters_disagree` > 0',
    queries: [query('A', 'masters_disagree')],
    steps: [threshold('B', 'A', 'gt', 0)],
    why: 'No data: fewer than two masters are configured, or the coordinator has never been read, which the watchdog says.',
  },
  {
    id: 'skew',
    title: 'Clock skew',
    kinds: ANY,
    severity: 'warning',
    for: '5m',
    whyFor: 'A clock that is being set, or one slow answer, is no news.',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      "The clock of {{ .Labels.cluster }} is {{ with .Values.A }}{{ humanizeDuration .Value }}{{ end }} off Grafana's (below 0: it is behind).",
    description:
      "Unjam's own ages are not made of the coordinator's clock, but its times (creation, checkpoints, logs) do not fit those of other machines. Let both machines follow one time server.",
    runbook: 'clock-skew',
    when: '`clock_skew_seconds` above 30 or below -30',
    queries: [query('A', 'clock_skew_seconds')],
    steps: [formula('B', 'abs($A) > 30')],
    why: 'No data: the coordinator tells no time.',
  },
  {
    id: 'watchdog',
    title: 'Coordinator not seen',
    kinds: ['seatunnel'],
    severity: 'critical',
    for: '0s',
    onError: 'Alerting',
    onNoData: 'Alerting',
    panel: 2,
    summary:
      '{{ with .Values.A }}The coordinator {{ $labels.cluster }} was last read completely {{ humanizeDuration .Value }} ago{{ else }}The coordinator is not seen: its data source does not answer{{ end }}{{ with .Values.B }}, members: {{ humanize .Value }}{{ end }}{{ with .Values.C }}, failed polls: {{ humanize .Value }}{{ end }}.',
    whySummary: 'Without values, the query itself failed, or the plugin does not answer.',
    description:
      'Nothing is known of its jobs since then: alerts on jobs stay as they were. Check that a master runs and that Grafana reaches the addresses of the data source; its health check says what fails.',
    runbook: 'coordinator-not-seen',
    when: '`poll_age_seconds` > 90',
    why: 'It does not ask for `members` < 1: one failed poll makes that so, and a blip of some seconds is no outage.',
    queries: [
      query('A', 'poll_age_seconds'),
      query('B', 'members', FOR_TEXT),
      query('C', 'poll_errors_total', FOR_TEXT),
    ],
    steps: [threshold('D', 'A', 'gt', 90, FAR_ABOVE)],
  },
  {
    id: 'delivery-watchdog',
    title: 'Coordinator not seen',
    titles: { cloverdx: 'CloverDX not seen' },
    kinds: ['cloverdx', 'generic'],
    severity: 'critical',
    for: '0s',
    onError: 'Alerting',
    onNoData: 'Alerting',
    panel: 2,
    summary:
      '{{ with .Values.A }}The coordinator {{ $labels.cluster }} was last read completely {{ humanizeDuration .Value }} ago{{ else }}The coordinator is not seen: its data source does not answer{{ end }}{{ with .Values.C }}, failed polls: {{ humanize .Value }}{{ end }}.',
    description:
      'Nothing is known of its jobs and of its event delivery since then: alerts on them stay as they were. Check that Grafana reaches the addresses of the data source; its health check says what fails.',
    runbook: 'coordinator-not-seen',
    when: '`poll_age_seconds` > 90',
    why: "Watchdog of everything above. It does not ask for `members`: CloverDX's REST API names none.",
    queries: [query('A', 'poll_age_seconds'), query('C', 'poll_errors_total', FOR_TEXT)],
    steps: [threshold('B', 'A', 'gt', 90, FAR_ABOVE)],
  },
];
