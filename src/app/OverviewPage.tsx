import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { config, PluginPage } from '@grafana/runtime';
import { LinkButton, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { findDashboards } from '../api/dashboards';
import { listSources } from '../api/sources';
import { CoordinatorCard } from './CoordinatorCard';
import { newSourceLink } from './links';
import { useLoaded } from './useLoaded';

/** The coordinators that are set up, and the way to what they show. */
export function OverviewPage() {
  const styles = useStyles2(getStyles);
  const coordinators = useMemo(() => listSources(), []);
  const search = useMemo(() => findDashboards(), []);
  const dashboards = useLoaded(search);
  return (
    <PluginPage>
      {coordinators.length === 0 ? (
        <FirstSteps />
      ) : (
        <ul className={styles.list} aria-label="Coordinators">
          {coordinators.map((coordinator) => (
            <li key={coordinator.uid}>
              <CoordinatorCard
                uid={coordinator.uid}
                name={coordinator.name}
                dashboards={dashboards.at === 'loaded' ? dashboards.value : []}
                showSettings={isAdmin()}
              />
            </li>
          ))}
        </ul>
      )}
    </PluginPage>
  );
}

/** Only administrators may see and change data sources. */
function isAdmin(): boolean {
  const user = config.bootData?.user;
  return user?.orgRole === 'Admin' || user?.isGrafanaAdmin === true;
}

/** What to set up when there is nothing yet. */
function FirstSteps() {
  const styles = useStyles2(getStyles);
  return (
    <>
      <h2>No coordinator is set up yet</h2>
      <ol className={styles.steps}>
        <li>
          Add a data source of the type <strong>Unjam coordinator</strong> and write the addresses of the
          coordinator&apos;s masters into it.
        </li>
        <li>Press &quot;Save &amp; test&quot;: it says what the coordinator answers, and what is missing.</li>
        <li>
          Add the panel <strong>Unjam stuck jobs</strong> to a dashboard, and an alert rule on the metric
          canceling_age_seconds.
        </li>
        <li>
          To cancel and force-stop from Grafana, allow actions in the data source, and give Unjam a store in
          Grafana&apos;s configuration.
        </li>
      </ol>
      {isAdmin() ? (
        <LinkButton icon="plus" href={newSourceLink()}>
          Add a coordinator
        </LinkButton>
      ) : (
        <p>Ask an administrator of this organization to do this.</p>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: theme.spacing(2), maxWidth: 900 }),
  steps: css({ paddingLeft: theme.spacing(3), maxWidth: 700, li: { marginBottom: theme.spacing(1) } }),
});
