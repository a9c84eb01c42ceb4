/** The kinds of coordinators (`kind` in the data source's settings). */
export const KINDS = ['seatunnel', 'cloverdx', 'generic'] as const;
export type Kind = (typeof KINDS)[number];

/** A data source that names no kind is SeaTunnel's; undefined for a kind that this version does not know. */
export function toKind(word: string | undefined): Kind | undefined {
  return word ? KINDS.find((kind) => kind === word) : 'seatunnel';
}

/** A metric that a rule asks for. */
export interface Query {
  refId: string;
  /** A name of src/model/metrics.json. */
  metric: string;
  /** Only jobs in these states. */
  states?: readonly string[];
  /** What is not seen from the query itself; a comment in the file. */
  why?: string;
}

/** A step from the queries to the condition: a limit, or a formula of Grafana's (joined by labels). */
export type Step = { refId: string; why?: string } & (
  { of: string; is: 'gt' | 'lt'; than: number } | { formula: string }
);

/** An alert rule, whichever data source it is bound to. */
export interface AlertRule {
  /** The end of its uid; it must never change, or Grafana makes a second rule. */
  id: string;
  title: string;
  /** Another title for some kinds. */
  titles?: Partial<Record<Kind, string>>;
  /** The coordinators that it is for. */
  kinds: readonly Kind[];
  /** Where it says something only for some of these coordinators: what they must tell. */
  needs?: string;
  severity: 'warning' | 'critical';
  queries: readonly Query[];
  /** The last one is the condition. */
  steps: readonly Step[];
  /** How long the condition must hold: a Go duration. */
  for: string;
  whyFor?: string;
  /** Watchdogs fire when their query fails; all others stay as they were. */
  onError: 'KeepLast' | 'Alerting';
  /** What an empty answer means. */
  onNoData: 'OK' | 'Alerting';
  /** The panel of the dashboard "Stuck jobs" that shows it. */
  panel?: number;
  /** Texts of the alert: Go templates of Grafana's. */
  summary: string;
  whySummary?: string;
  description: string;
  /** True where the alert's labels name a job: its link opens it. */
  opensJob?: boolean;
  /** The page in docs/runbooks, without ".md". */
  runbook: string;
  /** The condition in a few words, for people (Markdown). */
  when: string;
  /** Why the rule is as it is; a comment in the file. */
  why?: string;
}

export const query = (refId: string, metric: string, more: Omit<Query, 'refId' | 'metric'> = {}): Query => ({
  refId,
  metric,
  ...more,
});

export const threshold = (refId: string, of: string, is: 'gt' | 'lt', than: number, why?: string): Step => ({
  refId,
  of,
  is,
  than,
  why,
});

export const formula = (refId: string, text: string, why?: string): Step => ({ refId, formula: text, why });
