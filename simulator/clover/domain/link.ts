import { sequence, type CloverNode } from './node.ts';

/**
 * Events that a node can retransmit to a peer each virtual second. Measured on JGroups 2.12.3: some hundred a second,
 * so that an outage of a minute is made good within seconds.
 */
export const RETRANSMITTED_PER_SECOND = 200;

/** A range of events that a peer will never get, ends included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** How an event fares on its way. */
export type Fate = 'delivered' | 'waiting' | 'lost';

/** The way of events from a node to one peer. Numbers are the node's sequence numbers. */
export class Link {
  readonly node: CloverNode;
  readonly peer: CloverNode;
  /** Since when the peer gets nothing, or not everything; null while all is well. Virtual epoch ms. */
  lostSince: number | null = null;
  /** Events lost for good since the beginning. */
  lostForGood = 0;
  /** How often the peer's inbound events buffer was released. */
  releases = 0;
  #delivered: number;
  #received: number;
  /** Events that the peer knows to miss. */
  #missing = 0;
  /** Of those that did not arrive, the ones that the node does not hold any more. */
  #gone = 0;
  #returned = true;
  #released = false;
  #epoch: number;
  #lost: Range[] = [];

  constructor(node: CloverNode, peer: CloverNode) {
    this.node = node;
    this.peer = peer;
    this.#delivered = sequence(node);
    this.#received = this.#delivered;
    this.#epoch = node.epoch;
  }

  /** The highest event that the peer has delivered in order. */
  get delivered(): number {
    return this.#delivered;
  }

  /** The highest event that the peer has received. */
  get received(): number {
    return this.#received;
  }

  /** Events that the peer knows to miss; 0 while it gets nothing at all, for then it knows of none. */
  get missing(): number {
    return this.#missing;
  }

  /** Events that the peer has and cannot deliver: its inbound events buffer for this node. */
  get held(): number {
    return this.#received - this.#delivered - this.#missing;
  }

  /** Events that the peer has not got. */
  get undelivered(): number {
    return this.#returned ? this.#missing : sequence(this.node) - this.#delivered;
  }

  /**
   * Lets a virtual second pass.
   *
   * @param connected whether the peer gets what the node sends now
   * @param before the node's sequence number before this second
   * @param rules the limits of both buffers
   */
  tick(
    now: number,
    connected: boolean,
    before: number,
    rules: { readonly sentLimit: number; readonly inboundTimeoutMs: number }
  ): void {
    if (!connected) {
      this.#miss(now, before, rules);
    } else if (this.lostSince === null) {
      this.#delivered = sequence(this.node);
      this.#received = this.#delivered;
    } else {
      this.#catchUp(now, rules.inboundTimeoutMs);
    }
  }

  /** What became of an event that the node sent in its present or an earlier life. */
  fate(event: number, epoch: number): Fate {
    const isLost = epoch !== this.#epoch || this.#lost.some(({ from, to }) => event >= from && event <= to);
    return isLost ? 'lost' : this.#delivered >= event ? 'delivered' : 'waiting';
  }

  /** The node restarts, and has not forgotten its count yet: what it has not delivered is lost. */
  nodeRestarts(epoch: number): void {
    this.lostForGood += this.undelivered;
    this.#epoch = epoch;
    this.#lost = [];
    this.#begin(0);
  }

  /** The peer restarts: it knows nothing of what was before. */
  peerRestarts(): void {
    const at = sequence(this.node);
    if (this.undelivered > 0) {
      this.#give(this.#delivered + 1, at);
    }
    this.#begin(at);
  }

  /** The peer gives up what it misses, and delivers what it held. */
  release(): void {
    if (this.lostSince === null) {
      return;
    }
    this.releases++;
    if (this.#returned) {
      // What is missing lies behind what was delivered: the newest arrived.
      this.#give(this.#delivered + 1, this.#delivered + this.#missing);
      this.#begin(this.#received);
      this.lostSince = null;
    } else {
      this.#released = true;
    }
  }

  #begin(at: number): void {
    this.#delivered = at;
    this.#received = at;
    this.#missing = 0;
    this.#gone = 0;
    this.#released = false;
  }

  #give(from: number, to: number): void {
    if (to >= from) {
      this.#lost.push({ from, to });
      this.lostForGood += to - from + 1;
    }
  }

  #miss(
    now: number,
    before: number,
    { sentLimit, inboundTimeoutMs }: { readonly sentLimit: number; readonly inboundTimeoutMs: number }
  ): void {
    if (this.#returned) {
      this.#returned = false;
      if (this.lostSince === null) {
        this.lostSince = now;
        this.#delivered = before;
        this.#received = before;
        this.#gone = 0;
      }
      this.#missing = 0;
    }
    this.#gone = Math.max(this.#gone, sequence(this.node) - this.#delivered - sentLimit, 0);
    if (!this.#released && this.lostSince !== null && now - this.lostSince >= inboundTimeoutMs) {
      this.release();
    }
  }

  /** The two see each other again: what is still held is retransmitted. */
  #catchUp(now: number, inboundTimeoutMs: number): void {
    const newest = sequence(this.node);
    if (!this.#returned) {
      this.#returned = true;
      if (this.#released) {
        this.#give(this.#delivered + 1, newest);
        this.#begin(newest);
        this.lostSince = null;
        return;
      }
      this.#missing = newest - this.#delivered;
    }
    this.#received = newest;
    const asked = Math.min(this.#missing, RETRANSMITTED_PER_SECOND);
    const answered = Math.min(this.#missing - this.#gone, RETRANSMITTED_PER_SECOND);
    this.peer.retransmissions.requestsSent += asked;
    this.node.retransmissions.requestsReceived += asked;
    this.node.retransmissions.responsesSent += answered;
    this.peer.retransmissions.responsesReceived += answered;
    this.#missing -= answered;
    if (this.#missing === 0) {
      this.#delivered = newest;
      this.lostSince = null;
    } else if (this.lostSince !== null && now - this.lostSince >= inboundTimeoutMs) {
      this.release();
    }
  }
}
