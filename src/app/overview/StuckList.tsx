import { css } from '@emotion/css';
import { getTimeZone, type GrafanaTheme2 } from '@grafana/data';
import { LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { lazy, useCallback, useMemo } from 'react';

import { useActionDialog } from '../../actions/useActionDialog';
import { t } from '../../i18n/text';
import { type DashboardLink } from '../../api/dashboards';
import { useTick } from '../../jobs/clock';
import { JobsTable } from '../../jobs/JobsTable';
import { isPersonSignedIn } from '../../jobs/viewer';
import { inertName } from '../../model/text';
import { dashboardLink } from '../links';
import { type CoordinatorState } from '../coordinatorState';
import { isWhole, showsPresent } from '../sight';
import { stuckJobs, suppressedJobs } from './stuck';
import { SuppressedJobs } from './SuppressedJobs';

const ActionDialog = lazy(() =>
  import('../../actions/ActionDialog').then((module) => ({ default: module.ActionDialog }))
);

/** The dashboard that shows one coordinator's stuck jobs (provisioning/dashboards). */
const STUCK_JOBS_DASHBOARD = 'unjam-stuck-jobs';

interface Props {
  states: CoordinatorState[];
  dashboards: DashboardLink[];
}

/** The stuck jobs of all coordinators, oldest first, with what may be done. */
export function StuckList({ states, dashboards }: Props) {
  const styles = useStyles2(getStyles);
  const now = useTick();
  const timeZone = getTimeZone();
  const { open, dialog } = useActionDialog(ActionDialog, timeZone);
  const url = dashboards.find(({ uid }) => uid === STUCK_JOBS_DASHBOARD)?.url;
  const hrefOf = useCallback((uid: string) => (url === undefined ? undefined : dashboardLink(url, uid)), [url]);
  // Rows are drawn anew when an answer comes or grows old, and not with every tick.
  const present = JSON.stringify(states.filter(({ jobs }) => showsPresent(jobs, now)).map(({ source }) => source.uid));
  const entries = useMemo(() => {
    const uids = new Set<string>(JSON.parse(present));
    return stuckJobs(states, ({ source }) => uids.has(source.uid), hrefOf);
  }, [states, present, hrefOf]);
  const isAsking = states.some(({ jobs }) => !jobs.value && !jobs.failure);
  const unknown = states.filter(({ jobs }) => !isWhole(jobs, now) && (jobs.value || jobs.failure));
  const cut = states.filter(({ jobs: { value } }) => value && value.ending.total > value.ending.rows.length);
  return (
    <>
      {entries.length > 0 && (
        <JobsTable
          caption={t('overview.stuck.caption', 'Stuck jobs of all coordinators, oldest first')}
          entries={entries}
          timeZone={timeZone}
          showCoordinator
          open={isPersonSignedIn() ? open : undefined}
        />
      )}
      {entries.length === 0 && unknown.length === 0 && !isAsking && (
        <p>{t('overview.stuck.none', 'No job is stuck.')}</p>
      )}
      <SuppressedJobs jobs={suppressedJobs(states, ({ jobs }) => showsPresent(jobs, now))} timeZone={timeZone} />
      {unknown.length > 0 && (
        <p className={styles.note}>
          {entries.length > 0
            ? t(
                'overview.stuck.another-not-known',
                'It is not known whether another job is stuck on {{names}}: the jobs of the present could not be read. The card says why.',
                { names: names(unknown) }
              )
            : t(
                'overview.stuck.not-known',
                'It is not known whether a job is stuck on {{names}}: the jobs of the present could not be read. The card says why.',
                { names: names(unknown) }
              )}
        </p>
      )}
      {cut.length > 0 && (
        <p className={styles.note}>
          {t(
            'overview.stuck.cut',
            'Only the oldest jobs on their way to an end are read of {{names}}; its dashboard shows all of them.',
            { names: names(cut) }
          )}
        </p>
      )}
      {isAsking && <LoadingPlaceholder text={t('overview.stuck.asking', 'Reading the jobs…')} />}
      {dialog}
    </>
  );
}

function names(states: CoordinatorState[]): string {
  return states.map(({ source }) => inertName(source.name)).join(', ');
}

const getStyles = (theme: GrafanaTheme2) => ({
  note: css({ margin: theme.spacing(1, 0) }),
});
