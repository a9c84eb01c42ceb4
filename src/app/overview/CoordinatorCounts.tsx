import React from 'react';

import { describeFailure } from '../../api/failure';
import { type JobsReading } from '../../api/jobs';
import { AgeCell } from '../../jobs/AgeCell';
import { useTick } from '../../jobs/clock';
import { type JobRow } from '../../model/jobs';
import { ForeignText } from '../../model/ForeignText';
import { inertName, visibleText } from '../../model/text';
import { type Kept } from '../refresh';
import { isWhole, showsPresent } from '../sight';

const NAME_CHARACTERS = 60;

/** The open jobs by state and the oldest CANCELING one, as terms of a list. Nobody hears "none" where nobody looked. */
export function CoordinatorCounts({ jobs }: { jobs: Kept<JobsReading> }) {
  const now = useTick();
  const { value, receivedAt, failure } = jobs;
  if (!value || receivedAt === undefined) {
    const text = failure ? `UNKNOWN. ${visibleText(describeFailure(failure))}` : 'Asking…';
    return (
      <>
        <dt>Open jobs</dt>
        <dd>{text}</dd>
      </>
    );
  }
  const present = showsPresent(jobs, now);
  const whole = isWhole(jobs, now);
  const oldest = value.ending.rows.find(({ state }) => state === 'canceling');
  return (
    <>
      <dt>Open jobs</dt>
      <dd>{countsText(value, present, whole)}</dd>
      <dt>Oldest CANCELING</dt>
      <dd>
        {oldest ? (
          <Oldest row={oldest} receivedAt={receivedAt} present={present && oldest.listed} />
        ) : (
          noneText(value, present, whole)
        )}
      </dd>
    </>
  );
}

function Oldest({ row, receivedAt, present }: { row: JobRow; receivedAt: number; present: boolean }) {
  return (
    <>
      {!present && 'UNKNOWN; '}
      <AgeCell row={row} receivedAt={receivedAt} present={present} />
      {': '}
      <ForeignText text={row.name} characters={NAME_CHARACTERS} otherwise="(no name)" /> ({inertName(row.id)})
    </>
  );
}

function countsText({ counts }: JobsReading, present: boolean, whole: boolean): string {
  if (!counts) {
    return 'UNKNOWN';
  }
  // No line ends between a number and its state.
  const list = counts.map(({ state, jobs }) => `${jobs}\u00a0${state.toUpperCase()}`).join(', ');
  if (!present) {
    return `UNKNOWN; when last seen: ${list || 'none'}`;
  }
  return list || (whole ? 'none' : 'UNKNOWN; the last answer was not whole');
}

function noneText({ ending }: JobsReading, present: boolean, whole: boolean): string {
  if (ending.total > ending.rows.length) {
    return `UNKNOWN; not among the ${ending.rows.length} jobs that were read`;
  }
  if (whole) {
    return 'none';
  }
  return present ? 'UNKNOWN; the last answer was not whole' : 'UNKNOWN; none when last seen';
}
