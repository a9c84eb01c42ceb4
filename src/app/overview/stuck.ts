import { type JobsReading } from '../../api/jobs';
import { type SupportAnswer } from '../../jobs/availability';
import { type JobEntry } from '../../jobs/JobsTable';
import { type JobRow } from '../../model/jobs';
import { type CoordinatorState } from '../coordinatorState';

/**
 * The stuck jobs of all coordinators, oldest first.
 *
 * @param isPresent whether a coordinator's jobs may be taken for the present.
 * @param hrefOf the page that shows one coordinator's jobs.
 */
export function stuckJobs(
  states: CoordinatorState[],
  isPresent: (state: CoordinatorState) => boolean,
  hrefOf: (uid: string) => string | undefined
): JobEntry[] {
  return states
    .flatMap((state): JobEntry[] => {
      const { source, jobs } = state;
      if (!jobs.value || jobs.receivedAt === undefined) {
        return [];
      }
      const origin = {
        uid: source.uid,
        name: source.name,
        href: hrefOf(source.uid),
        receivedAt: jobs.receivedAt,
        answeredAt: jobs.value.ending.answeredAt,
        present: isPresent(state),
        support: supportAnswer(state),
      };
      return stuckRows(jobs.value).map((row) => ({ row, origin }));
    })
    .sort((a, b) => beginning(a) - beginning(b));
}

/** The jobs that are late and do not count as stuck at present, of those coordinators that are seen. */
export function suppressedJobs(
  states: CoordinatorState[],
  isPresent: (state: CoordinatorState) => boolean
): Array<{ row: JobRow; uid: string; name: string }> {
  return states
    .filter(isPresent)
    .flatMap(({ source, jobs }) =>
      (jobs.value?.ending.rows ?? [])
        .filter((row) => row.suppressed !== '')
        .map((row) => ({ row, uid: source.uid, name: source.name }))
    );
}

/** Each job that hangs once: those on their way to an end, and those that hang in another state. */
function stuckRows({ ending, stuck }: JobsReading): JobRow[] {
  const rows = [...ending.rows.filter((row) => row.stuck), ...(stuck?.rows ?? [])];
  const byJob = new Map(rows.map((row) => [JSON.stringify([row.cluster, row.id, row.createTime]), row]));
  return Array.from(byJob.values());
}

/** Since when the job is in its state by the browser's clock, so that answers of different moments can be compared. */
function beginning({ row, origin }: JobEntry): number {
  const at = origin.receivedAt - row.ageSeconds * 1000;
  return Number.isNaN(at) ? Infinity : at;
}

function supportAnswer({ support: { value, failure } }: CoordinatorState): SupportAnswer {
  if (failure) {
    return { known: 'no', failure };
  }
  return value ? { known: 'yes', support: value } : { known: 'not yet' };
}
