import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Badge, Button, LoadingPlaceholder, TextLink, useStyles2 } from '@grafana/ui';
import React, { lazy, Suspense, useId, useState } from 'react';

import { type AlertRule, toKind } from '../../alerting/model';
import { rulesFor, runbookLink, titleFor } from '../../alerting/rules';
import { type GrafanaRule } from '../../api/alertRules';
import { describeFailure } from '../../api/failure';
import { sourceKind, type Source } from '../../api/sources';
import { inertName } from '../../model/text';
import { docsLink } from '../links';
import { Table } from '../Table';
import { type Loaded } from '../useLoaded';

/** The texts of all rules are loaded when somebody wants to see them. */
const LazyYaml = lazy(() => import('./RulesYaml').then(({ RulesYaml }) => ({ default: RulesYaml })));

interface Props {
  source: Source;
  /** The rules of this Grafana that the user may see. */
  present: Loaded<GrafanaRule[]>;
}

/** The alert rules for a coordinator: what they are, whether Grafana has them, and how to get them. */
export function AlertRules({ source, present }: Props) {
  const styles = useStyles2(getStyles);
  const [isShown, setShown] = useState(false);
  const yamlId = useId();
  const kind = toKind(sourceKind(source.uid));
  if (!kind) {
    return <p className={styles.note}>This version of Unjam has no alert rules for this kind of coordinator.</p>;
  }
  const rules = rulesFor(kind);
  return (
    <>
      <p className={styles.note}>{overview(rules, source.uid, present)}</p>
      <Table
        caption={`Alert rules for ${inertName(source.name)}`}
        headers={['Rule', 'Fires at', 'Severity', 'In this Grafana']}
      >
        {rules.map((rule) => (
          <tr key={rule.id}>
            <td>
              <TextLink href={runbookLink(rule)} external inline>
                {titleFor(rule, kind)}
              </TextLink>
            </td>
            <td>
              {plain(rule.when)}
              {rule.for !== '0s' && ` for ${rule.for.replace('m', ' min')}`}
              {rule.needs && <div className={styles.needs}>needs {rule.needs}</div>}
            </td>
            <td>{rule.severity}</td>
            <td>
              <Presence rule={rule} uid={source.uid} present={present} />
            </td>
          </tr>
        ))}
      </Table>
      <div className={styles.links}>
        <Button
          size="sm"
          variant="secondary"
          icon="brackets-curly"
          aria-expanded={isShown}
          aria-controls={yamlId}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide the YAML' : 'YAML of these rules'}
        </Button>
        <TextLink href={docsLink('alerts.md')} external inline>
          What the rules stand on
        </TextLink>
      </div>
      <div id={yamlId}>
        {isShown && (
          <Suspense fallback={<LoadingPlaceholder text="Loading the rules…" />}>
            <LazyYaml bound={{ uid: source.uid, name: inertName(source.name), kind }} />
          </Suspense>
        )}
      </div>
    </>
  );
}

function Presence({ rule, uid, present }: { rule: AlertRule; uid: string; present: Loaded<GrafanaRule[]> }) {
  if (present.at !== 'loaded') {
    return <>{present.at === 'loading' ? 'Asking…' : 'Not known'}</>;
  }
  const found = theSame(rule, uid, present.value);
  if (!found) {
    return <>Not found</>;
  }
  if (found.isPaused) {
    return <Badge color="orange" text="Paused" />;
  }
  if (found.health === 'error') {
    return <Badge color="orange" text="Cannot be evaluated" />;
  }
  switch (found.state) {
    case 'firing':
      return <Badge color="red" text="Fires" />;
    case 'pending':
      return <Badge color="orange" text="Pending" />;
    case 'inactive':
      return <Badge color="green" text="Quiet" />;
    default:
      return <>Not evaluated yet</>;
  }
}

/** A rule may have been copied under another uid: what it asks and where its alert leads to say that it is the same. */
function theSame(rule: AlertRule, uid: string, present: GrafanaRule[]): GrafanaRule | undefined {
  return present.find(
    ({ sources, severity, runbook }) =>
      sources.includes(uid) && severity === rule.severity && runbook.endsWith(`/${rule.runbook}.md`)
  );
}

function overview(rules: AlertRule[], uid: string, present: Loaded<GrafanaRule[]>): string {
  switch (present.at) {
    case 'loading':
      return 'Grafana is asked for its alert rules.';
    case 'failed':
      return `Whether Grafana has them is not known: ${describeFailure(present.failure)}`;
    case 'loaded': {
      const found = rules.filter((rule) => theSame(rule, uid, present.value)).length;
      return found === rules.length
        ? `Grafana has all ${rules.length} rules.`
        : `Of ${rules.length} rules, ${found} were found among those that you may see.`;
    }
  }
}

/** The few marks of Markdown that conditions have. */
function plain(text: string): string {
  return text.replace(/[`]|(?<!\w)_|_(?!\w)/g, '');
}

const getStyles = (theme: GrafanaTheme2) => ({
  note: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  needs: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  links: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    margin: theme.spacing(1, 0),
  }),
});
