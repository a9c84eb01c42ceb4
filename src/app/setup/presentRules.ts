import { type AlertRule } from '../../alerting/model';
import { type GrafanaRule } from '../../api/alertRules';

/**
 * The rule of this Grafana that stands for one of ours at a data source. It may have been copied under another uid: what
 * it asks and where its alert leads to say that it is the same.
 */
export function presentRule(rule: AlertRule, uid: string, present: GrafanaRule[]): GrafanaRule | undefined {
  return present.find(
    ({ sources, severity, runbook }) =>
      sources.includes(uid) && severity === rule.severity && runbook.endsWith(`/${rule.runbook}.md`)
  );
}
