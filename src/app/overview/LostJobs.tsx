import React from 'react';

import { type LostJob } from '../../actions/dismissal';
import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { type JobRow } from '../../model/jobs';
import { ForeignText } from '../../model/ForeignText';
import { DismissButton } from '../DismissButton';
import { JobName } from '../JobName';
import { Moment } from '../Moment';
import { type CoordinatorState } from '../coordinatorState';
import { showsPresent } from '../sight';
import { Table } from '../Table';

interface Props {
  states: CoordinatorState[];
  /** Opens the dialog; absent where nobody is signed in who could dismiss. */
  dismiss?(uid: string, job: LostJob): void;
}

/** Whether any coordinator has a lost job, as far as it is known. */
export function hasLostJobs(states: CoordinatorState[]): boolean {
  return states.some(({ jobs }) => (jobs.value?.lost?.rows.length ?? 0) > 0);
}

/** Jobs that nobody knows the end of: no longer listed, and not among the ended ones. They are never called finished. */
export function LostJobs({ states, dismiss }: Props) {
  const now = useTick();
  return (
    <>
      <p>
        {t(
          'overview.lost.text',
          'These jobs are no longer listed by their coordinator and are not among its ended jobs. Nobody knows how they ended.'
        )}
      </p>
      <Table
        caption={t('overview.lost.caption', 'Lost jobs of all coordinators')}
        headers={[
          t('overview.columns.job', 'Job'),
          t('overview.columns.coordinator', 'Coordinator'),
          t('overview.columns.state', 'State'),
          t('overview.lost.since', 'Lost since'),
          t('overview.lost.last-seen', 'Last seen'),
          t('overview.columns.decision', 'Decision'),
        ]}
      >
        {states.flatMap((state) =>
          (state.jobs.value?.lost?.rows ?? []).map((row) => (
            <Row
              key={`${state.source.uid} ${row.id} ${row.episode}`}
              state={state}
              row={row}
              present={showsPresent(state.jobs, now)}
              dismiss={dismiss}
            />
          ))
        )}
      </Table>
    </>
  );
}

interface RowProps {
  state: CoordinatorState;
  row: JobRow;
  present: boolean;
  dismiss: Props['dismiss'];
}

function Row({ state: { source, support }, row, present, dismiss }: RowProps) {
  return (
    <tr>
      <td>
        <JobName name={row.name} id={row.id} page={{ uid: source.uid, createTime: row.createTime }} />
      </td>
      <td>
        <ForeignText text={source.name} />
      </td>
      <td>{present ? row.state.toUpperCase() : t('overview.lost.when-last-seen', 'UNKNOWN; LOST when last seen')}</td>
      <td>{row.since === undefined ? t('app.not-known', 'not known') : <Moment at={row.since} />}</td>
      <td>{row.lastSeen === undefined ? t('app.not-known', 'not known') : <Moment at={row.lastSeen} />}</td>
      <td>
        {dismiss && (
          <DismissButton
            row={row}
            support={support.value}
            present={present}
            dismiss={(job) => dismiss(source.uid, job)}
          />
        )}
      </td>
    </tr>
  );
}
