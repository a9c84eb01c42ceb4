import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { config, PluginPage } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import React, { useId, useMemo, type ReactNode } from 'react';

import { findDashboards } from '../api/dashboards';
import { listSources, type Source } from '../api/sources';
import { Ticking } from '../jobs/clock';
import { visibleText } from '../model/text';
import { Announcement } from './Announcement';
import { CoordinatorCard } from './CoordinatorCard';
import { FirstSteps } from './FirstSteps';
import { Guarded } from './Guarded';
import { LatestActions } from './LatestActions';
import { useOverview } from './overview';
import { StuckList } from './StuckList';
import { useLoaded } from './useLoaded';

/** All coordinators at a glance: how each is seen, what hangs, and what was done about it. */
export function OverviewPage() {
  const sources = useMemo(() => listSources(), []);
  return (
    <PluginPage>
      {sources.length === 0 ? <FirstSteps isAdmin={isAdmin()} /> : <Overview sources={sources} />}
    </PluginPage>
  );
}

function Overview({ sources }: { sources: Source[] }) {
  const styles = useStyles2(getStyles);
  const states = useOverview(sources);
  const search = useMemo(() => findDashboards(), []);
  const found = useLoaded(search);
  const dashboards = found.at === 'loaded' ? found.value : [];
  return (
    <Ticking>
      <Guarded what="The announcement" occasion={states}>
        <Announcement states={states} />
      </Guarded>
      <Part title="Coordinators">
        <ul className={styles.list}>
          {states.map((state) => (
            <li key={state.source.uid}>
              <Guarded what={visibleText(state.source.name)} occasion={state}>
                <CoordinatorCard state={state} dashboards={dashboards} showSettings={isAdmin()} />
              </Guarded>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Stuck jobs">
        <Guarded what="The list of stuck jobs" occasion={states}>
          <StuckList states={states} dashboards={dashboards} />
        </Guarded>
      </Part>
      <Part title="Latest actions">
        <Guarded what="The list of actions" occasion={states}>
          <LatestActions states={states} />
        </Guarded>
      </Part>
    </Ticking>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  const id = useId();
  return (
    <section className={styles.part} aria-labelledby={id}>
      <h2 id={id} className={styles.title}>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** Only administrators may see and change data sources. */
function isAdmin(): boolean {
  const user = config.bootData?.user;
  return user?.orgRole === 'Admin' || user?.isGrafanaAdmin === true;
}

const getStyles = (theme: GrafanaTheme2) => ({
  part: css({ marginBottom: theme.spacing(4), overflowX: 'auto' }),
  title: css({ fontSize: theme.typography.h3.fontSize }),
  list: css({
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 380px), 1fr))',
    gap: theme.spacing(2),
  }),
});
