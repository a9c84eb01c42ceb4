import { type DeliveryAnswer, type PairRow, type RestartLoss } from '../../model/delivery';
import { type JobNode, type Relative } from '../../model/job';

/** What event delivery has to do with one job. */
export interface JobDelivery {
  /** The pairs in trouble between its nodes and those of its relatives, the earliest deadline first. */
  pairs: PairRow[];
  /** How many pairs of other nodes are in trouble. */
  elsewhere: number;
  /** The nodes whose restart would lose something, those that concern the job first. */
  losses: RestartLoss[];
}

/** The part of a delivery answer that concerns a job, by its nodes and those of its relatives. */
export function deliveryOf(
  { rows, total, restartLoses }: DeliveryAnswer,
  id: string,
  nodes: JobNode[],
  relatives: Relative[]
): JobDelivery {
  const own = new Set([...nodes, ...relatives].map(({ node }) => node).filter((node) => node !== ''));
  // With one node known, its events may go to any other.
  const concerns = ({ node, peer }: PairRow) =>
    own.size > 1 ? own.has(node) && own.has(peer) : own.size === 0 || own.has(node) || own.has(peer);
  const pairs = rows.filter(concerns);
  const isOwn = ({ node, parents }: RestartLoss) => parents.includes(id) || own.has(node);
  return {
    pairs,
    elsewhere: Math.max(0, total - pairs.length),
    losses: [...restartLoses].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a))),
  };
}
