import causes from '../model/causes.json';
import { formula, KINDS, query, threshold, type AlertRule } from './model';

const ANY = KINDS;

/** By it, the data source's detection policy (thresholds, suppressions, maintenance windows) silences a rule. */
const STUCK = query('D', 'job_stuck', {
  why: "1 where the data source's detection policy calls the job stuck, 0 where it does not or holds it back.",
});

const CANCELING_SUMMARY =
  'Job "{{ .Labels.job_name }}" ({{ .Labels.job_id }}) on {{ .Labels.cluster }} has been CANCELING for {{ with .Values.B }}{{ if eq .Value 1.0 }}≥ {{ end }}{{ end }}{{ with .Values.A }}{{ humanizeDuration .Value }}{{ end }}.';
const CANCELING_DESCRIPTION =
  'A cancel normally takes seconds. Open the job in Unjam, look at its state there, and cancel it again or force-stop it. "≥" means that the beginning was not seen: the job has been CANCELING for at least so long.';

/** A template that says a cause's code (.Value) in words; nothing for 0. */
function causeWords(): string {
  const cases = causes.map(
    (cause, index) => `{{ ${index === 0 ? 'if' : 'else if'} eq .Value ${index + 1}.0 }}: ${cause}`
  );
  return `${cases.join('')}{{ end }}`;
}

/** The rules on jobs and on what follows an action. */
export const JOB_RULES: readonly AlertRule[] = [
  {
    id: 'canceling-warning',
    title: 'Job stuck in CANCELING',
    kinds: ANY,
    severity: 'warning',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    opensJob: true,
    summary: CANCELING_SUMMARY,
    description: CANCELING_DESCRIPTION,
    runbook: 'job-stuck-in-canceling',
    when: '`canceling_age_seconds` > 180 and `job_stuck` = 1',
    queries: [query('A', 'canceling_age_seconds'), query('B', 'canceling_age_is_lower_bound'), STUCK],
    steps: [formula('C', '$A > 180 && $D == 1')],
  },
  {
    id: 'canceling-critical',
    title: 'Job stuck in CANCELING for long',
    kinds: ANY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    opensJob: true,
    summary: CANCELING_SUMMARY,
    description: CANCELING_DESCRIPTION,
    runbook: 'job-stuck-in-canceling',
    when: '`canceling_age_seconds` > 600 and `job_stuck` = 1',
    queries: [query('A', 'canceling_age_seconds'), query('B', 'canceling_age_is_lower_bound'), STUCK],
    steps: [formula('C', '$A > 600 && $D == 1')],
  },
  {
    id: 'many-stuck',
    title: 'Many jobs stuck',
    kinds: ANY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    summary: '{{ humanize .Values.A.Value }} jobs on {{ .Labels.cluster }} are stuck.',
    description:
      "When many jobs hang at once, the cause is rarely the jobs: look at the coordinator's master, its workers and its network before stopping jobs one by one.",
    runbook: 'many-jobs-stuck',
    when: '`stuck_jobs` > 5',
    queries: [query('A', 'stuck_jobs')],
    steps: [threshold('B', 'A', 'gt', 5)],
  },
  {
    id: 'cannot-recover',
    title: 'Job cannot recover',
    kinds: ANY,
    severity: 'critical',
    for: '1m',
    whyFor: 'A finding may be taken back by other evidence: a minute spares a call.',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    opensJob: true,
    summary: `Job "{{ .Labels.job_name }}" ({{ .Labels.job_id }}) on {{ .Labels.cluster }} cannot recover by itself{{ with .Values.B }}${causeWords()}{{ end }}.`,
    description:
      'Waiting does not help. Unjam names the evidence for it, how certain it is, and what to do: read that first, since some causes need more than ending the job.',
    runbook: 'job-cannot-recover',
    when: '`job_outlook_code` = 3',
    queries: [
      query('A', 'job_outlook_code'),
      query('B', 'job_cause_code', { why: 'For the text: the words of src/model/causes.json.' }),
    ],
    steps: [threshold('C', 'A', 'gt', 2, '3 is "cannot recover", the worst outlook.')],
  },
  {
    id: 'job-lost',
    title: 'Job lost',
    kinds: ['seatunnel', 'generic'],
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    opensJob: true,
    summary:
      'Job "{{ .Labels.job_name }}" ({{ .Labels.job_id }}) on {{ .Labels.cluster }} is lost: the coordinator no longer knows it, and nothing proves that it ended.',
    description:
      'The master has been stable for ten minutes without listing the job, running or ended. It may have been lost with a restart of the cluster. Find out what became of its work, and then dismiss the job in Unjam with a reason; it is never called finished.',
    runbook: 'job-lost',
    when: 'a `state_age_seconds` of a job in state _lost_',
    queries: [query('A', 'state_age_seconds', { states: ['lost'] })],
    steps: [threshold('B', 'A', 'gt', -1)],
  },
  {
    id: 'force-stop-unconfirmed',
    title: 'Force stop not confirmed',
    kinds: ANY,
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    summary:
      'Force stops on {{ .Labels.cluster }} without a proven end: {{ with .Values.A }}{{ humanize .Value }}{{ end }}.',
    description:
      'A force stop was sent, or may have been sent, and no reading proves that its job ended. Unjam reads the job again every minute for a day and never sends again. Open the audit trail, look at the job in the coordinator and on its workers, and act anew only when you know how it is.',
    runbook: 'force-stop-not-confirmed',
    when: '`force_stops_unconfirmed` > 0',
    queries: [query('A', 'force_stops_unconfirmed')],
    steps: [threshold('B', 'A', 'gt', 0)],
  },
  {
    id: 'leftover-tasks',
    title: 'Tasks left behind by a force stop',
    kinds: ['seatunnel'],
    severity: 'critical',
    for: '0s',
    onError: 'KeepLast',
    onNoData: 'OK',
    panel: 1,
    opensJob: true,
    summary:
      'Job "{{ .Labels.job_name }}" ({{ .Labels.job_id }}) on {{ .Labels.cluster }} was force-stopped, and {{ with .Values.A }}{{ humanize .Value }}{{ end }} of its tasks still run.',
    description:
      "The coordinator calls the job ended, but a worker still runs its tasks: they may go on reading and writing. Do not start the job anew before they are gone. Unjam's overview names the worker; restart it when its other jobs allow.",
    runbook: 'leftover-tasks',
    when: '`leftover_tasks` > 0',
    needs: 'addresses of workers',
    queries: [query('A', 'leftover_tasks')],
    steps: [threshold('B', 'A', 'gt', 0)],
  },
];
