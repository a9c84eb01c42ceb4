import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { inertName } from '../../model/text';
import { type CoordinatorState } from '../coordinatorState';
import { see, showsPresent } from '../sight';
import { waitingEntries } from './WaitingApprovals';

/** Says aloud what matters when it changes: how many jobs are stuck, and which coordinators are not seen. */
export function Announcement({ states }: { states: CoordinatorState[] }) {
  const styles = useStyles2(getStyles);
  const now = useTick();
  return (
    <div role="status" className={styles.hidden}>
      {announcement(states, now)}
    </div>
  );
}

/** Without times or ages, which change all the while. */
function announcement(states: CoordinatorState[], now: number): string {
  const sights = states.map((state) => ({ name: inertName(state.source.name), sight: see(state, now).sight }));
  if (sights.some(({ sight }) => sight === 'asking')) {
    return '';
  }
  const stuck = states
    .filter(({ jobs }) => showsPresent(jobs, now))
    .flatMap(({ jobs }) => jobs.value?.ending.rows ?? [])
    .filter((row) => row.stuck && row.listed).length;
  const waiting = waitingEntries(states, now).filter(({ approval }) => approval.decidable).length;
  const unseen = sights.filter(({ sight }) => sight !== 'seen' && sight !== 'in part').map(({ name }) => name);
  return [
    t('overview.announcement.stuck', '{{count}} jobs are stuck.', {
      count: stuck,
      defaultValue_one: '{{count}} job is stuck.',
      defaultValue_other: '{{count}} jobs are stuck.',
    }),
    waiting > 0 &&
      t('overview.announcement.waiting', '{{count}} requests wait for your decision.', {
        count: waiting,
        defaultValue_one: '{{count}} request waits for your decision.',
        defaultValue_other: '{{count}} requests wait for your decision.',
      }),
    unseen.length > 0 && t('overview.announcement.not-seen', 'Not seen: {{names}}.', { names: unseen.join(', ') }),
  ]
    .filter(Boolean)
    .join(' ');
}

const getStyles = () => ({
  hidden: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
});
