import { type TimeZone } from '@grafana/schema';
import React from 'react';

import { type JobRow } from '../../model/jobs';
import { suppressionStatement } from '../../model/suppression';
import { inertName } from '../../model/text';

const NAME_CHARACTERS = 60;
/** Of each reason there may be hundreds, all alike. */
const SHOWN = 10;

interface Props {
  /** Late jobs with the names of their coordinators. */
  jobs: Array<{ row: JobRow; name: string }>;
  timeZone: TimeZone;
}

/** The jobs that are late and not called stuck, each with why and until when: silence must not look like health. */
export function SuppressedJobs({ jobs, timeZone }: Props) {
  if (jobs.length === 0) {
    return null;
  }
  return (
    <details>
      <summary>{jobs.length === 1 ? '1 late job is suppressed' : `${jobs.length} late jobs are suppressed`}</summary>
      <ul>
        {jobs.slice(0, SHOWN).map(({ row, name }) => (
          <li key={JSON.stringify([name, row.cluster, row.id, row.createTime])}>
            {inertName(row.name, NAME_CHARACTERS)} ({inertName(row.id)}) on {inertName(name)}, {row.state.toUpperCase()}
            : {suppressionStatement(row, timeZone)}
          </li>
        ))}
        {jobs.length > SHOWN && <li>and {jobs.length - SHOWN} more; the dashboards show all of them.</li>}
      </ul>
    </details>
  );
}
