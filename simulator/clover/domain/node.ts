/** What a node's process does: a frozen one (SIGSTOP) takes connections and says nothing, a dead one is gone. */
export type NodeProcess = 'alive' | 'frozen' | 'dead';

/** Counters of retransmission since the process started, as JGroups counts them. */
export interface Retransmissions {
  requestsReceived: number;
  responsesSent: number;
  requestsSent: number;
  responsesReceived: number;
}

/** What a node takes for the cluster. */
export interface View {
  /** The creator's name and the number, such as "nodeA|2". */
  readonly id: string;
  readonly number: number;
  /** Members in the order of the view, its coordinator first. */
  readonly members: readonly string[];
  /** Views that were merged to this one; empty where none were. */
  readonly merged: ReadonlyArray<Pick<View, 'id' | 'members'>>;
}

/** A server node of the simulated cluster. */
export interface CloverNode {
  readonly name: string;
  process: NodeProcess;
  /** Cut off from the other nodes, though it is alive. */
  cut: boolean;
  /** Whether clients (Unjam, for one) reach it over HTTP. */
  reachable: boolean;
  /** An administrator has suspended it. */
  suspended: boolean;
  /** Events that it sends each virtual second. */
  rate: number;
  /** Events that it has sent since it started; whole ones count. */
  sent: number;
  /** Counts the starts of the process: a sequence number means nothing to another one. */
  epoch: number;
  /** Virtual time of the process's start, epoch ms. */
  startedAt: number;
  view: View;
  readonly retransmissions: Retransmissions;
}

const LETTERS = 26;

/** nodeA, nodeB, …, nodeZ, nodeAA, … */
export function nodeName(index: number): string {
  const last = String.fromCharCode('A'.charCodeAt(0) + (index % LETTERS));
  return index < LETTERS ? `node${last}` : `${nodeName(Math.floor(index / LETTERS) - 1)}${last}`;
}

/** A node that has just started, with counters at 0. */
export function newNode(name: string, rate: number, startedAt: number): CloverNode {
  return {
    name,
    process: 'alive',
    cut: false,
    reachable: true,
    suspended: false,
    rate,
    sent: 0,
    epoch: 0,
    startedAt,
    view: { id: `${name}|0`, number: 0, members: [name], merged: [] },
    retransmissions: { requestsReceived: 0, responsesSent: 0, requestsSent: 0, responsesReceived: 0 },
  };
}

/** The highest event that a node has sent. */
export const sequence = (node: CloverNode): number => Math.floor(node.sent);
