import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Badge, LinkButton, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { coordinatorClient } from '../api/client';
import { type DashboardLink } from '../api/dashboards';
import { describeFailure } from '../api/failure';
import { type Support } from '../api/types';
import { visibleText } from '../model/text';
import { formatMoment, parseTime } from '../model/time';
import { dashboardLink, exploreLink, settingsLink } from './links';
import { useLoaded, type Loaded } from './useLoaded';

interface Props {
  uid: string;
  name: string;
  dashboards: DashboardLink[];
  /** Whether the user may open the data source's settings. */
  showSettings: boolean;
}

/** One coordinator: whether it is seen, what it is, and where to go. */
export function CoordinatorCard({ uid, name, dashboards, showSettings }: Props) {
  const styles = useStyles2(getStyles);
  const request = useMemo(() => coordinatorClient(uid).support(), [uid]);
  const support = useLoaded(request);
  return (
    <section className={styles.card} aria-label={name}>
      <h2 className={styles.name}>{name}</h2>
      <div className={styles.health}>
        <Health support={support} />
      </div>
      <div className={styles.links}>
        {dashboards.map((dashboard) => (
          <LinkButton
            key={dashboard.uid}
            size="sm"
            variant="secondary"
            icon="apps"
            href={dashboardLink(dashboard.url, uid)}
          >
            {dashboard.title}
          </LinkButton>
        ))}
        <LinkButton size="sm" variant="secondary" icon="compass" href={exploreLink(uid)}>
          Explore
        </LinkButton>
        {showSettings && (
          <LinkButton size="sm" variant="secondary" icon="cog" href={settingsLink(uid)}>
            Settings
          </LinkButton>
        )}
      </div>
    </section>
  );
}

function Health({ support }: { support: Loaded<Support> }) {
  switch (support.at) {
    case 'loading':
      return <span>Asking…</span>;
    case 'failed':
      return (
        <>
          <Badge color="red" icon="exclamation-triangle" text="No answer" />
          <span>{visibleText(describeFailure(support.failure))}</span>
        </>
      );
    case 'loaded':
      return <SupportFacts support={support.value} />;
  }
}

function SupportFacts({ support }: { support: Support }) {
  const asOf = parseTime(support.asOf);
  if (asOf === undefined) {
    return (
      <>
        <Badge color="orange" icon="eye-slash" text="Not seen yet" />
        <span>
          The coordinator has not been read completely. Its settings&apos; &quot;Save &amp; test&quot; says why.
        </span>
      </>
    );
  }
  const engine = [support.version, support.dialect].filter(Boolean).map(visibleText).join(', ');
  return (
    <>
      <span>Last read completely {formatMoment(asOf)}.</span>
      {engine && <span>{engine}.</span>}
      <span>{support.policy.enabled ? 'Actions are allowed.' : 'Actions are off: it only watches.'}</span>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  name: css({ fontSize: theme.typography.h4.fontSize, overflowWrap: 'anywhere' }),
  health: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1.5),
    fontVariantNumeric: 'tabular-nums',
  }),
  links: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
});
