import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { LinkButton, useStyles2 } from '@grafana/ui';
import React, { useId, useMemo, type ReactNode } from 'react';

import { type Present } from '../../actions/differences';
import { findDashboards } from '../../api/dashboards';
import { listSources, type Source } from '../../api/sources';
import { t } from '../../i18n/text';
import { Ticking, useTick } from '../../jobs/clock';
import { isPersonSignedIn } from '../../jobs/viewer';
import { inertName } from '../../model/text';
import { AfterForceStops } from './AfterForceStops';
import { Announcement } from './Announcement';
import { CoordinatorCard } from './CoordinatorCard';
import { Deadlines } from './Deadlines';
import { FirstSteps } from '../FirstSteps';
import { Guarded } from '../Guarded';
import { IncidentBanners } from './IncidentBanners';
import { LatestActions } from './LatestActions';
import { pageLink } from '../links';
import { hasLostJobs, LostJobs } from './LostJobs';
import { type CoordinatorState } from '../coordinatorState';
import { maySeeApprovals, useOverview } from './overview';
import { showsPresent } from '../sight';
import { StuckList } from './StuckList';
import { useReviewDialog } from './useReviewDialog';
import { useDismissDialog } from '../useDismissDialog';
import { useLoaded } from '../useLoaded';
import { isAdmin } from '../viewer';
import { WaitingApprovals } from './WaitingApprovals';

/** All coordinators at a glance: how each is seen, what hangs, and what was done about it. */
export function OverviewPage() {
  const sources = useMemo(() => listSources(), []);
  return (
    <PluginPage
      actions={
        <>
          <LinkButton href={pageLink('audit')} icon="file-alt" variant="secondary" fill="outline">
            {t('overview.page.audit', 'Audit')}
          </LinkButton>
          <LinkButton href={pageLink('setup')} icon="cog" variant="secondary" fill="outline">
            {t('overview.page.setup', 'Setup')}
          </LinkButton>
        </>
      }
    >
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
      <Guarded what={t('overview.breaks.announcement', 'The announcement')} occasion={states}>
        <Announcement states={states} />
      </Guarded>
      <Guarded what={t('overview.breaks.incident', 'The incident budgets')} occasion={states}>
        <IncidentBanners states={states} />
      </Guarded>
      <Part title={t('overview.part.coordinators', 'Coordinators')}>
        <ul className={styles.list}>
          {states.map((state) => (
            <li key={state.source.uid}>
              <Guarded what={inertName(state.source.name)} occasion={state}>
                <CoordinatorCard state={state} dashboards={dashboards} showSettings={isAdmin()} />
              </Guarded>
            </li>
          ))}
        </ul>
      </Part>
      <Guarded what={t('overview.breaks.decisions', 'The list of requests and lost jobs')} occasion={states}>
        <Decisions states={states} />
      </Guarded>
      <Part title={t('overview.part.stuck', 'Stuck jobs')}>
        <Guarded what={t('overview.breaks.stuck', 'The list of stuck jobs')} occasion={states}>
          <StuckList states={states} dashboards={dashboards} />
        </Guarded>
      </Part>
      <Part title={t('overview.part.deadlines', 'Deadlines')}>
        <Guarded what={t('overview.breaks.deadlines', 'The list of deadlines')} occasion={states}>
          <Deadlines states={states} />
        </Guarded>
      </Part>
      {states.some(({ support }) => support.value?.audit.allowed) && (
        <Part title={t('overview.part.after', 'After force stops')}>
          <Guarded what={t('overview.breaks.after', 'What is open after force stops')} occasion={states}>
            <AfterForceStops states={states} />
          </Guarded>
        </Part>
      )}
      <Part title={t('overview.part.latest', 'Latest actions')}>
        <Guarded what={t('overview.breaks.latest', 'The list of actions')} occasion={states}>
          <LatestActions states={states} />
        </Guarded>
      </Part>
    </Ticking>
  );
}

/** What waits for a person's decision, with the dialogs in which it is made. */
function Decisions({ states }: { states: CoordinatorState[] }) {
  const now = useTick();
  const { review, dialog: reviewDialog } = useReviewDialog(
    (uid, jobId) => presentOf(states, uid, jobId, now),
    (uid) => states.find(({ source }) => source.uid === uid)?.support.value?.onlyStop
  );
  const { dismiss, dialog: dismissDialog } = useDismissDialog();
  const mayDecide = isPersonSignedIn();
  return (
    <>
      {states.some(({ support }) => maySeeApprovals(support.value)) && (
        <Part title={t('overview.part.waiting', 'Waiting approvals')}>
          <WaitingApprovals states={states} review={mayDecide ? review : undefined} />
        </Part>
      )}
      {hasLostJobs(states) && (
        <Part title={t('overview.part.lost', 'Lost jobs')}>
          <LostJobs states={states} dismiss={mayDecide ? dismiss : undefined} />
        </Part>
      )}
      {reviewDialog}
      {dismissDialog}
    </>
  );
}

/** What the newest answers tell of a job; nothing where they are not of the present. */
function presentOf(states: CoordinatorState[], uid: string, jobId: string, now: number): Present {
  const state = states.find(({ source }) => source.uid === uid);
  if (!state || !showsPresent(state.jobs, now)) {
    return {};
  }
  const { ending, stuck } = state.jobs.value ?? {};
  const rows = [...(ending?.rows ?? []), ...(stuck?.rows ?? [])];
  const row = rows.find(({ id, listed }) => listed && id === jobId);
  return { state: row?.state, nodes: row?.nodes, master: state.support.value?.master };
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
