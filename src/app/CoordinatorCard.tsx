import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Badge, LinkButton, useStyles2, type BadgeColor, type IconName } from '@grafana/ui';
import React, { useId } from 'react';

import { type DashboardLink } from '../api/dashboards';
import { type Support } from '../api/types';
import { useTick } from '../jobs/clock';
import { visibleText } from '../model/text';
import { CoordinatorCounts } from './CoordinatorCounts';
import { dashboardLink, exploreLink, settingsLink } from './links';
import { type CoordinatorState } from './overview';
import { asOfStatement, see, type Sight } from './sight';

interface Props {
  state: CoordinatorState;
  dashboards: DashboardLink[];
  /** Whether the user may open the data source's settings. */
  showSettings: boolean;
}

/** Each sight in a word and a sign, so that nobody needs the colour. Only one is green. */
const SIGNS: Record<Sight, { color: BadgeColor; icon: IconName; text: string }> = {
  asking: { color: 'darkgrey', icon: 'hourglass', text: 'Asking…' },
  seen: { color: 'green', icon: 'check', text: 'Reachable' },
  'in part': { color: 'orange', icon: 'exclamation-triangle', text: 'Seen in part' },
  stale: { color: 'orange', icon: 'history', text: 'Stale' },
  'not seen': { color: 'red', icon: 'eye-slash', text: 'Not reachable' },
  'not known': { color: 'orange', icon: 'question-circle', text: 'Not known' },
};

/** One coordinator: whether it is seen, what it is, what its jobs do, and where to go. */
export function CoordinatorCard({ state, dashboards, showSettings }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const now = useTick();
  const { source, support, jobs } = state;
  const { sight, sentences } = see(state, now);
  const sign = SIGNS[sight];
  return (
    <section className={styles.card} aria-labelledby={headingId}>
      <div className={styles.head}>
        <h3 id={headingId} className={styles.name}>
          {visibleText(source.name)}
        </h3>
        <Badge color={sign.color} icon={sign.icon} text={sign.text} />
      </div>
      {sentences.map((sentence) => (
        <p key={sentence} className={styles.sentence}>
          {visibleText(sentence)}
        </p>
      ))}
      <dl className={styles.facts}>
        {support.value && <ClusterFacts support={support.value} />}
        <CoordinatorCounts jobs={jobs} />
        <dt>As of</dt>
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
            {visibleText(dashboard.title)}
          </LinkButton>
        ))}
        <LinkButton size="sm" variant="secondary" icon="compass" href={exploreLink(source.uid)}>
          Explore
        </LinkButton>
        {showSettings && (
          <LinkButton size="sm" variant="secondary" icon="cog" href={settingsLink(source.uid)}>
            Settings
          </LinkButton>
        )}
      </div>
    </section>
  );
}

/** What the newest poll said of the cluster; what it did not say is "not known", and never 0. */
function ClusterFacts({ support }: { support: Support }) {
  const { master, version, dialect, members, workers, policy } = support;
  const engine = [version, dialect].filter(Boolean).map(visibleText).join(', ');
  return (
    <>
      <dt>Master</dt>
      <dd>{master ? visibleText(master) : 'not known'}</dd>
      <dt>Version</dt>
      <dd>{engine || 'not known'}</dd>
      <dt>Members</dt>
      <dd>
        {members < 0 ? 'not known' : members}
        {workers >= 0 && `, ${workers} ${workers === 1 ? 'worker' : 'workers'}`}
      </dd>
      <dt>Actions</dt>
      <dd>{policy.enabled ? 'allowed' : 'off: it only watches'}</dd>
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
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
  }),
  name: css({ fontSize: theme.typography.h4.fontSize, margin: 0, overflowWrap: 'anywhere' }),
  sentence: css({ margin: theme.spacing(0, 0, 1), overflowWrap: 'anywhere' }),
  facts: css({
    flexGrow: 1,
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    alignContent: 'start',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(0, 0, 2),
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  links: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
});
