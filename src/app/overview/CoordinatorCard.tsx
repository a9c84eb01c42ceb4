import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LinkButton, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { t } from '../../i18n/text';
import { type DashboardLink } from '../../api/dashboards';
import { type Support } from '../../api/types';
import { useTick } from '../../jobs/clock';
import { ForeignText } from '../../model/ForeignText';
import { formatNumber } from '../../model/numbers';
import { inertName } from '../../model/text';
import { CoordinatorHead } from '../CoordinatorHead';
import { type CoordinatorState } from '../coordinatorState';
import { dashboardLink, exploreLink, settingsLink } from '../links';
import { asOfStatement, see } from '../sight';
import { CoordinatorCounts } from './CoordinatorCounts';

interface Props {
  state: CoordinatorState;
  dashboards: DashboardLink[];
  /** Whether the user may open the data source's settings. */
  showSettings: boolean;
}

/** One coordinator: whether it is seen, what it is, what its jobs do, and where to go. */
export function CoordinatorCard({ state, dashboards, showSettings }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const now = useTick();
  const { source, support, jobs } = state;
  return (
    <section className={styles.card} aria-labelledby={headingId}>
      <CoordinatorHead id={headingId} level="h3" name={source.name} seen={see(state, now)} />
      <dl className={styles.facts}>
        {support.value && <ClusterFacts support={support.value} />}
        <CoordinatorCounts uid={source.uid} jobs={jobs} />
        <dt>{t('overview.card.as-of', 'As of')}</dt>
        <dd>{asOfStatement(jobs, now)}</dd>
      </dl>
      <div className={styles.links}>
        {dashboards.map((dashboard) => (
          <LinkButton
            key={dashboard.uid}
            size="sm"
            variant="secondary"
            icon="apps"
            href={dashboardLink(dashboard.url, source.uid)}
          >
            {inertName(dashboard.title)}
          </LinkButton>
        ))}
        <LinkButton size="sm" variant="secondary" icon="compass" href={exploreLink(source.uid)}>
          {t('overview.card.explore', 'Explore')}
        </LinkButton>
        {showSettings && (
          <LinkButton size="sm" variant="secondary" icon="cog" href={settingsLink(source.uid)}>
            {t('overview.card.settings', 'Settings')}
          </LinkButton>
        )}
      </div>
    </section>
  );
}

/** What the newest poll said of the cluster; what it did not say is "not known", and never 0. */
function ClusterFacts({ support }: { support: Support }) {
  const { master, hasMaster = true, version, dialect, members, workers, policy } = support;
  const engine = [version, dialect]
    .filter(Boolean)
    .map((word) => inertName(word))
    .join(', ');
  return (
    <>
      {hasMaster && (
        <>
          <dt>{t('overview.card.master', 'Master')}</dt>
          <dd>
            <ForeignText text={master} otherwise={t('app.not-known', 'not known')} />
          </dd>
        </>
      )}
      <dt>{t('overview.card.version', 'Version')}</dt>
      <dd>{engine || t('app.not-known', 'not known')}</dd>
      <dt>{t('overview.card.members', 'Members')}</dt>
      <dd>
        {members < 0 ? t('app.not-known', 'not known') : formatNumber(members)}
        {workers >= 0 &&
          `, ${t('overview.card.workers', '{{count}} workers', {
            count: workers,
            defaultValue_one: '{{count}} worker',
            defaultValue_other: '{{count}} workers',
          })}`}
      </dd>
      <dt>{t('overview.card.actions', 'Actions')}</dt>
      <dd>{policy.enabled ? t('overview.card.allowed', 'allowed') : t('overview.card.off', 'off: it only watches')}</dd>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  facts: css({
    flexGrow: 1,
    display: 'grid',
    gridTemplateColumns: 'minmax(80px, max-content) minmax(0, 1fr)',
    alignContent: 'start',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(0, 0, 2),
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  links: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
});
