import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Badge, Button, LoadingPlaceholder, TextLink, useStyles2 } from '@grafana/ui';
import React, { lazy, Suspense, useId, useState } from 'react';

import { type AlertRule, toKind } from '../../alerting/model';
import { rulesFor, runbookLink, titleFor } from '../../alerting/rules';
import { type GrafanaRule } from '../../api/alertRules';
import { sourceKind, type Source } from '../../api/sources';
import { t } from '../../i18n/text';
import { inertName } from '../../model/text';
import { docsLink } from '../links';
import { Table } from '../Table';
import { type Loaded } from '../useLoaded';
import { presentRule } from './presentRules';

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
    return null;
  }
  const rules = rulesFor(kind);
  return (
    <>
      <Table
        caption={t('setup.rules.caption', 'Alert rules for {{name}}', { name: inertName(source.name) })}
        headers={[
          t('setup.rules.rule', 'Rule'),
          t('setup.rules.fires-at', 'Fires at'),
          t('setup.rules.severity', 'Severity'),
          t('setup.rules.present', 'In this Grafana'),
        ]}
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
              {rule.for !== '0s' &&
                ` ${t('setup.rules.for', 'for {{duration}}', { duration: rule.for.replace('m', ' min') })}`}
              {rule.needs && (
                <div className={styles.needs}>{t('setup.rules.needs', 'needs {{what}}', { what: rule.needs })}</div>
              )}
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
          {isShown ? t('setup.rules.hide-yaml', 'Hide the YAML') : t('setup.rules.show-yaml', 'YAML of these rules')}
        </Button>
        <TextLink href={docsLink('alerts.md')} external inline>
          {t('setup.rules.docs', 'What the rules stand on')}
        </TextLink>
      </div>
      <div id={yamlId}>
        {isShown && (
          <Suspense fallback={<LoadingPlaceholder text={t('setup.rules.loading', 'Loading the rules…')} />}>
            <LazyYaml bound={{ uid: source.uid, name: inertName(source.name), kind }} />
          </Suspense>
        )}
      </div>
    </>
  );
}

function Presence({ rule, uid, present }: { rule: AlertRule; uid: string; present: Loaded<GrafanaRule[]> }) {
  if (present.at !== 'loaded') {
    return <>{present.at === 'loading' ? t('app.asking', 'Asking…') : t('setup.rules.not-known', 'Not known')}</>;
  }
  const found = presentRule(rule, uid, present.value);
  if (!found) {
    return <>{t('setup.rules.not-found', 'Not found')}</>;
  }
  if (found.isPaused) {
    return <Badge color="orange" text={t('setup.rules.paused', 'Paused')} />;
  }
  if (found.health === 'error') {
    return <Badge color="orange" text={t('setup.rules.broken', 'Cannot be evaluated')} />;
  }
  // Grafana calls it inactive from the beginning, before it has asked anybody.
  switch (found.isEvaluated ? found.state : '') {
    case 'firing':
      return <Badge color="red" text={t('setup.rules.fires', 'Fires')} />;
    case 'pending':
      return <Badge color="orange" text={t('setup.rules.pending', 'Pending')} />;
    case 'inactive':
      return <Badge color="green" text={t('setup.rules.quiet', 'Quiet')} />;
    default:
      return <>{t('setup.rules.not-evaluated', 'Not evaluated yet')}</>;
  }
}

/** The few marks of Markdown that conditions have. */
function plain(text: string): string {
  return text.replace(/[`]|(?<!\w)_|_(?!\w)/g, '');
}

const getStyles = (theme: GrafanaTheme2) => ({
  needs: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  links: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    margin: theme.spacing(1, 0),
  }),
});
