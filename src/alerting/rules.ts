import { CLUSTER_RULES } from './cluster';
import { DELIVERY_RULES } from './delivery';
import { JOB_RULES } from './jobs';
import { type AlertRule, type Kind } from './model';

/** Every alert rule, in the order of files and tables. */
export const ALERT_RULES: readonly AlertRule[] = [...JOB_RULES, ...DELIVERY_RULES, ...CLUSTER_RULES];

/** The rules for a kind of coordinator. */
export function rulesFor(kind: Kind): AlertRule[] {
  return ALERT_RULES.filter(({ kinds }) => kinds.includes(kind));
}

export function titleFor({ title, titles }: AlertRule, kind: Kind): string {
  return titles?.[kind] ?? title;
}

const RUNBOOKS = 'https://github.com/unjam/unjam-jobs-app/blob/main/docs/runbooks/';

/** Where the rule's page is read; alerts carry it as runbook_url. */
export function runbookLink({ runbook }: AlertRule): string {
  return `${RUNBOOKS}${runbook}.md`;
}
