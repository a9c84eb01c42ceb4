import { type JobRow } from '../../model/jobs';
import { type PairRow } from '../../model/delivery';
import { type Source } from '../../api/sources';
import { type CoordinatorState } from '../coordinatorState';

/** Something that will come at a known moment, unless it is prevented. */
export interface Deadline {
  /** Unique on the page. */
  key: string;
  source: Source;
  /** By the server's clock, in milliseconds since 1970. */
  at: number;
  /** When the server answered by its own clock, and when the answer came by the browser's. */
  answeredAt?: number;
  receivedAt: number;
  /** Whether the coordinator is seen; otherwise nobody knows whether the deadline still holds. */
  present: boolean;
  /** A job's outlook changes; a late job's suppression ends; events between two nodes are lost. */
  what: { kind: 'outlook'; row: JobRow } | { kind: 'suppression'; row: JobRow } | { kind: 'loss'; pair: PairRow };
}

/**
 * The deadlines of all coordinators, the nearest first.
 *
 * @param isPresent whether a coordinator's jobs may be taken for the present.
 */
export function deadlinesOf(states: CoordinatorState[], isPresent: (state: CoordinatorState) => boolean): Deadline[] {
  return states
    .flatMap((state) => ofCoordinator(state, isPresent(state)))
    .sort((a, b) => browserTime(a) - browserTime(b));
}

function ofCoordinator({ source, jobs: { value, receivedAt } }: CoordinatorState, present: boolean): Deadline[] {
  if (!value || receivedAt === undefined) {
    return [];
  }
  const { ending, stuck, delivery } = value;
  const rows = new Map(
    [...ending.rows, ...(stuck?.rows ?? [])].map((row) => [JSON.stringify([row.cluster, row.id, row.createTime]), row])
  );
  const common = { source, receivedAt, present };
  const ofJobs = Array.from(rows).flatMap(([job, row]): Deadline[] => {
    const own = { ...common, answeredAt: ending.answeredAt };
    const key = (kind: string) => `${source.uid} ${kind} ${job}`;
    return [
      ...(row.deadline === undefined
        ? []
        : [{ ...own, key: key('outlook'), at: row.deadline, what: { kind: 'outlook' as const, row } }]),
      ...(row.suppressed === '' || row.suppressedUntil === undefined
        ? []
        : [{ ...own, key: key('suppression'), at: row.suppressedUntil, what: { kind: 'suppression' as const, row } }]),
    ];
  });
  const ofPairs = (delivery?.rows ?? []).flatMap((pair): Deadline[] =>
    pair.deadline === undefined
      ? []
      : [
          {
            ...common,
            answeredAt: delivery?.answeredAt,
            key: `${source.uid} loss ${JSON.stringify([pair.cluster, pair.node, pair.peer])}`,
            at: pair.deadline,
            what: { kind: 'loss', pair },
          },
        ]
  );
  return [...ofJobs, ...ofPairs];
}

/** A deadline by the browser's clock, so that those of several servers can be compared. */
function browserTime({ at, answeredAt, receivedAt }: Deadline): number {
  return receivedAt + (at - (answeredAt ?? receivedAt));
}
