import { formula, query, threshold, type AlertRule } from './model';

const WITH_DELIVERY = ['cloverdx', 'generic'] as const;
const DELIVERY = 'event delivery between nodes';
const DELIVERY_AND_PARENTS = 'event delivery between nodes, and the parents of jobs';

const FOR_TEXT = { why: 'For the text.' };
const FILL = query('A', 'sent_buffer_fill_ratio');
const OVERFLOW_FOR_TEXT = query('B', 'time_to_overflow_seconds', FOR_TEXT);
const INBOUND = query('C', 'inbound_timeout_remaining_seconds');
const INBOUND_FOR_TEXT = query('C', 'inbound_timeout_remaining_seconds', FOR_TEXT);
const LOST = query('A', 'events_lost');
const RELEASES = query('C', 'inbound_releases_total');
const RELEASES_FOR_TEXT = query('C', 'inbound_releases_total', {
  why: 'For the text: a counter since watching began is no reason to alert.',
});

const FILL_SUMMARY =
  'The sent events buffer of {{ .Labels.node }} for {{ .Labels.peer }} on {{ .Labels.cluster }} is {{ with .Values.A }}{{ humanizePercentage .Value }} {{ end }}full{{ with .Values.B }}; it overflows in {{ humanizeDuration .Value }}{{ end }}{{ with .Values.C }}; the inbound buffer is released in {{ humanizeDuration .Value }}{{ end }}.';

/** The rules on event delivery between nodes, and on the jobs that wait for it. */
export const DELIVERY_RULES: readonly AlertRule[] = [
  {
    id: 'sent-buffer-half-full',
    title: 'Sent events buffer half full',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'warning',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary: FILL_SUMMARY,
    description:
      'The two do not reach each other, and what the one sends waits in its buffer. Up to 100 % nothing is lost: when the network returns before the earlier of the two times, everything is sent again. Repair the network, and leave the nodes running.',
    runbook: 'sent-buffer-half-full',
    when: '`sent_buffer_fill_ratio` > 0.5',
    queries: [FILL, OVERFLOW_FOR_TEXT, INBOUND_FOR_TEXT],
    steps: [threshold('D', 'A', 'gt', 0.5)],
  },
  {
    id: 'sent-buffer-nearly-full',
    title: 'Sent events buffer nearly full',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary: FILL_SUMMARY,
    description:
      'Events of this node are lost for good when its buffer overflows, and parent jobs that wait for them never go on. Repair the network before that, or start fewer jobs on the node. Do not restart it: a restart loses all that waits.',
    runbook: 'sent-buffer-nearly-full',
    when: '`sent_buffer_fill_ratio` > 0.8',
    queries: [FILL, OVERFLOW_FOR_TEXT, INBOUND_FOR_TEXT],
    steps: [threshold('D', 'A', 'gt', 0.8)],
  },
  {
    id: 'overflow-soon',
    title: 'Sent events buffer overflows soon',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'critical',
    for: '1m',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      'The sent events buffer of {{ .Labels.node }} for {{ .Labels.peer }} on {{ .Labels.cluster }} overflows in {{ with .Values.A }}{{ humanizeDuration .Value }}{{ end }} at the present rate{{ with .Values.C }}; the inbound buffer is released in {{ humanizeDuration .Value }}{{ end }}.',
    description:
      'After that, events are lost for good, and parent jobs that wait for them never go on. Repair the network before, or gain time by starting fewer jobs on the node. Do not restart it.',
    runbook: 'sent-buffer-overflows-soon',
    when: '`time_to_overflow_seconds` < 1800',
    whyFor: 'On a busy node, every short gap of the network begins with a forecast below 30 minutes.',
    queries: [query('A', 'time_to_overflow_seconds'), INBOUND_FOR_TEXT],
    steps: [threshold('B', 'A', 'lt', 1800)],
  },
  {
    id: 'overflowed',
    title: 'Sent events buffer overflowed',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      '{{ .Labels.node }} on {{ .Labels.cluster }} has sent up to {{ with .Values.A }}{{ humanizePercentage .Value }}{{ end }} of what its sent events buffer holds since it lost {{ .Labels.peer }}: more than fits, so events are probably lost.',
    description:
      "The figure is the upper bound of what was sent, so close above 100 % all may still be there; the delivery matrix says how certain it is. Parents that wait for a lost event never go on, and the network's return does not help them.",
    runbook: 'sent-buffer-overflowed',
    when: '`sent_buffer_fill_ratio` > 1',
    queries: [FILL],
    steps: [threshold('D', 'A', 'gt', 1, 'Full (1) is not yet too full.')],
  },
  {
    id: 'events-lost',
    title: 'Events lost for good',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      'Events of {{ .Labels.node }} for {{ .Labels.peer }} on {{ .Labels.cluster }} are lost for good{{ with .Values.C }}{{ if gt .Value 0.0 }}; releases of the inbound buffer seen: {{ humanize .Value }}{{ end }}{{ end }}.',
    description:
      'Its buffer overflowed, it restarted before all was delivered, or the peer released its inbound buffer: the delivery matrix says which, and how certain that is. Parents that wait for a lost event never go on. The alert lasts for a day.',
    runbook: 'events-lost',
    when: '`events_lost` > 0',
    queries: [LOST, RELEASES_FOR_TEXT],
    steps: [threshold('B', 'A', 'gt', 0)],
  },
  {
    id: 'undelivered',
    title: 'Events undelivered',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'warning',
    for: '5m',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      '{{ with .Values.A }}{{ humanize .Value }} {{ end }}events of {{ .Labels.node }} for {{ .Labels.peer }} on {{ .Labels.cluster }} have not been delivered for 5 minutes{{ with .Values.B }}; the buffer overflows in {{ humanizeDuration .Value }}{{ end }}{{ with .Values.C }}; the inbound buffer is released in {{ humanizeDuration .Value }}{{ end }}.',
    description:
      'The peer does not get what the node sends. Jobs that wait for these events stand still, and go on when the network returns in time. Look at the network between the two; do not abort what will recover by itself.',
    runbook: 'events-undelivered',
    when: '`undelivered_events` > 0',
    whyFor: 'What is on its way for a moment is none.',
    queries: [query('A', 'undelivered_events'), OVERFLOW_FOR_TEXT, INBOUND_FOR_TEXT],
    steps: [threshold('D', 'A', 'gt', 0)],
  },
  {
    id: 'inbound-release-soon',
    title: 'Inbound events buffer released soon',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      '{{ .Labels.peer }} on {{ .Labels.cluster }} releases its inbound events buffer for {{ .Labels.node }} in {{ with .Values.C }}{{ humanizeDuration .Value }}{{ end }}{{ with .Values.B }}; the sent events buffer overflows in {{ humanizeDuration .Value }}{{ end }}.',
    description:
      "The two have not reached each other for nearly as long as the inbound buffer's timeout. After the release, what is missing counts as lost, and parent jobs that wait for it never go on. Repair the network before.",
    runbook: 'inbound-buffer-released-soon',
    when: '`inbound_timeout_remaining_seconds` < 600',
    queries: [INBOUND, OVERFLOW_FOR_TEXT],
    steps: [threshold('D', 'C', 'lt', 600)],
  },
  {
    id: 'inbound-released',
    title: 'Inbound events buffer released',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    summary:
      '{{ .Labels.peer }} on {{ .Labels.cluster }} released its inbound events buffer for {{ .Labels.node }}{{ with .Values.C }}, releases seen so far: {{ humanize .Value }}{{ end }}. What had not arrived is lost for good.',
    description:
      "The two did not reach each other for longer than the inbound buffer's timeout. Parents that wait for a missing event never go on, and the network's return does not help them. The alert lasts for a day.",
    runbook: 'inbound-buffer-released',
    when: '`inbound_releases_total` > 0 and `events_lost` > 0',
    why: 'The counter never falls, so by itself it would fire for ever: it fires as long as the pair counts as having lost events, which is a day. A pair with a release long ago that loses events in another way fires too.',
    queries: [LOST, RELEASES],
    steps: [threshold('B', 'A', 'gt', 0), threshold('D', 'C', 'gt', 0), formula('E', '$B && $D')],
  },
  {
    id: 'parent-stuck',
    title: 'Parent job stuck',
    kinds: WITH_DELIVERY,
    severity: 'critical',
    for: '1m',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    opensJob: true,
    summary:
      'Job "{{ .Labels.job_name }}" ({{ .Labels.job_id }}) on {{ .Labels.cluster }} has not gone on for {{ with .Values.A }}{{ humanizeDuration .Value }}{{ end }}: its children have ended and a node was lost meanwhile, or an abort of it has no effect.',
    description:
      'The event that it waits for was sent while the nodes did not reach each other. Unjam says why it waits, and whether waiting still helps. Only where it says "cannot recover", abort the job and run it again.',
    runbook: 'parent-job-stuck',
    when: '`stuck_parent_age_seconds` > 0',
    needs: DELIVERY_AND_PARENTS,
    queries: [query('A', 'stuck_parent_age_seconds')],
    steps: [threshold('B', 'A', 'gt', 0)],
  },
  {
    id: 'messaging-unread',
    title: 'Messaging layer of nodes not read',
    kinds: WITH_DELIVERY,
    needs: DELIVERY,
    severity: 'warning',
    for: '5m',
    onError: 'Alerting',
    onNoData: 'OK',
    summary:
      '{{ with .Values.A }}The messaging layer of {{ humanize .Value }} nodes of {{ $labels.cluster }} has not been read for 5 minutes{{ else }}Event delivery is not watched: the data source does not answer{{ end }}.',
    whySummary: 'Without a value, the query itself failed, or the plugin does not answer.',
    description:
      "Unjam does not reach these nodes. That alone does not say that the cluster does not: but buffers, losses and deadlines of their pairs are not known now, and alerts on them stay as they were. The data source's health check names node, address and fault.",
    runbook: 'messaging-layer-not-read',
    when: '`delivery_nodes_unread` > 0',
    why: 'Watchdog of the rules on pairs: its metric never fails while the plugin runs, so an error is itself the news. No data means that the coordinator tells no event delivery, or has never been read, which the next rule says.',
    queries: [query('A', 'delivery_nodes_unread')],
    steps: [threshold('B', 'A', 'gt', 0)],
  },
];
