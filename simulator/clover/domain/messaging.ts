import { Link, type Fate } from './link.ts';
import { newNode, nodeName, sequence, type CloverNode, type View } from './node.ts';

/** Virtual time after which a silent peer leaves the view: measured, the recorded faults took 20 s. */
const EXCLUDED_AFTER_MS = 20_000;
/** Virtual time after which a peer that answers again is back in the view: measured, about 5 s. */
const MERGED_AFTER_MS = 5_000;

/** An event on its way to a peer. */
export interface EventRef {
  readonly node: string;
  readonly peer: string;
  readonly sequence: number;
  readonly epoch: number;
}

/** Where events are sent and their fate is asked for. */
export interface EventWay {
  emit(node: string, peer: string): EventRef;
  fate(event: EventRef): Fate;
}

export interface MessagingPlan {
  readonly nodes: number;
  /** Virtual epoch ms. */
  readonly start: number;
  /** Events each node sends a second. */
  readonly rate: number;
  readonly sentLimit: number;
  readonly inboundTimeoutMs: number;
}

/** How long the nodes have run when a scenario begins, and so how much they have sent. */
const RUNNING_FOR_MS = 6 * 3_600_000;

interface Contact {
  connected: boolean;
  since: number;
}

/** The messaging layer of the cluster: what each node has sent, and what each peer got of it. */
export class Messaging implements EventWay {
  readonly nodes: readonly CloverNode[];
  readonly links: readonly Link[];
  sentLimit: number;
  inboundTimeoutMs: number;
  readonly #byName: ReadonlyMap<string, CloverNode>;
  readonly #linkOf: ReadonlyMap<string, Link>;
  readonly #contacts = new Map<string, Contact>();

  constructor(plan: MessagingPlan) {
    this.sentLimit = plan.sentLimit;
    this.inboundTimeoutMs = plan.inboundTimeoutMs;
    this.nodes = Array.from({ length: plan.nodes }, (_, index) =>
      newNode(nodeName(index), plan.rate, plan.start - RUNNING_FOR_MS)
    );
    const members = this.nodes.map(({ name }) => name);
    const first = members[0] ?? '';
    for (const [index, node] of this.nodes.entries()) {
      // Each has sent a little less than the one before.
      node.sent = Math.floor((plan.rate * RUNNING_FOR_MS) / 1000) + 100 * (plan.nodes - index);
      node.view = { id: `${first}|${members.length - 1}`, number: members.length - 1, members, merged: [] };
    }
    this.#byName = new Map(this.nodes.map((node) => [node.name, node]));
    this.links = this.nodes.flatMap((node) =>
      this.nodes.filter((peer) => peer !== node).map((peer) => new Link(node, peer))
    );
    this.#linkOf = new Map(this.links.map((link) => [keyOf(link.node.name, link.peer.name), link]));
    for (const link of this.links) {
      this.#contacts.set(keyOf(link.node.name, link.peer.name), { connected: true, since: -Infinity });
    }
  }

  /** @throws RangeError if there is no such node */
  node(name: string): CloverNode {
    const found = this.#byName.get(name);
    if (!found) {
      throw new RangeError(`There is no node "${name}". There are ${this.nodes.map((one) => one.name).join(', ')}.`);
    }
    return found;
  }

  /** The way from a node to a peer. */
  link(node: string, peer: string): Link {
    const found = this.#linkOf.get(keyOf(node, peer));
    if (!found) {
      throw new RangeError(`There is no way from "${node}" to "${peer}".`);
    }
    return found;
  }

  /** Whether two nodes exchange events now. */
  connected(one: CloverNode, other: CloverNode): boolean {
    return one === other || (speaks(one) && speaks(other) && !one.cut && !other.cut);
  }

  /** Lets a virtual second pass that ends at `now`. */
  tick(now: number): void {
    const before = new Map(this.nodes.map((node) => [node, sequence(node)]));
    for (const node of this.nodes.filter(speaks)) {
      node.sent += node.rate;
    }
    const rules = { sentLimit: this.sentLimit, inboundTimeoutMs: this.inboundTimeoutMs };
    for (const link of this.links) {
      const connected = this.connected(link.node, link.peer);
      link.tick(now, connected, before.get(link.node) ?? 0, rules);
      const contact = this.#contacts.get(keyOf(link.node.name, link.peer.name));
      if (contact && contact.connected !== connected) {
        contact.connected = connected;
        contact.since = now;
      }
    }
    this.#renewViews(now);
  }

  emit(node: string, peer: string): EventRef {
    const sender = this.node(node);
    sender.sent += 1;
    return { node, peer, sequence: sequence(sender), epoch: sender.epoch };
  }

  fate({ node, peer, sequence: number, epoch }: EventRef): Fate {
    return this.link(node, peer).fate(number, epoch);
  }

  /** The process is gone, and starts anew at once: its buffers are empty. */
  restart(name: string, now: number): void {
    const node = this.node(name);
    for (const link of this.links) {
      if (link.node === node) {
        link.nodeRestarts(node.epoch + 1);
      } else if (link.peer === node) {
        link.peerRestarts();
      }
    }
    node.process = 'alive';
    node.startedAt = now;
    node.epoch += 1;
    node.sent = 0;
    node.view = { id: `${name}|0`, number: 0, members: [name], merged: [] };
    Object.assign(node.retransmissions, {
      requestsReceived: 0,
      responsesSent: 0,
      requestsSent: 0,
      responsesReceived: 0,
    });
  }

  #renewViews(now: number): void {
    const wanted = new Map<CloverNode, readonly string[]>();
    for (const node of this.nodes.filter(speaks)) {
      const members = this.nodes.filter((peer) => this.#inView(node, peer, now)).map(({ name }) => name);
      if (!sameSet(members, node.view.members)) {
        wanted.set(node, members);
      }
    }
    // Numbers and merged views are those before any node has a new one.
    const old = new Map(this.nodes.map((node) => [node.name, node.view]));
    for (const [node, members] of wanted) {
      node.view = nextView(members, old);
    }
  }

  #inView(node: CloverNode, peer: CloverNode, now: number): boolean {
    if (node === peer) {
      return true;
    }
    const contact = this.#contacts.get(keyOf(node.name, peer.name));
    const was = node.view.members.includes(peer.name);
    if (!contact) {
      return was;
    }
    const lasted = now - contact.since;
    return contact.connected ? was || lasted >= MERGED_AFTER_MS : was && lasted < EXCLUDED_AFTER_MS;
  }
}

const keyOf = (node: string, peer: string): string => `${node} ${peer}`;
const speaks = (node: CloverNode): boolean => node.process === 'alive';

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name) => others.includes(name));
}

/** The view that follows on those of its members. */
function nextView(members: readonly string[], old: ReadonlyMap<string, View>): View {
  const views = members.flatMap((name) => old.get(name) ?? []);
  const number = Math.max(...views.map((view) => view.number)) + 1;
  const parts = new Map(views.map((view) => [view.id, { id: view.id, members: view.members }]));
  // A node that has just started joins; two groups that both had a life of their own merge.
  const merges = views.every((view) => view.number > 0) && parts.size > 1;
  return { id: `${members[0] ?? ''}|${number}`, number, members, merged: merges ? [...parts.values()] : [] };
}
