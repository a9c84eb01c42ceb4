// @ts-check
/** The nodes of a real JGroups cluster, their faults, and what truly became of each event. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as engine from '../../../engines/jgroups/cluster.mjs';
import { fateOf } from './fate.mjs';

/** How often the nodes' own counters are read: an event or two at the rates here. */
const SAMPLE_MS = 100;
/** One that does not answer within this is frozen, or gone. */
const ANSWER_MS = 1_000;
/** What takes JGroups some seconds, on a busy machine. */
const PATIENCE_MS = 60_000;

/**
 * An event that a node sends; sample is the receiver's reading before it.
 * @typedef {{ sender: string, number: number, sample: number }} Sent
 */

/**
 * @typedef {import('../../../engines/jgroups/lib/node-client.mjs').Truth} Truth
 */

export class Nodes {
  /** @type {Map<string, string>} address of the counters by node */
  #controls;
  /** @type {Map<string, Truth[]>} what each node has counted, over time */
  #counted = new Map();
  #ended = false;
  /** @type {Promise<void>[]} */
  #readers;

  /** @param {Awaited<ReturnType<typeof engine.startCluster>>} cluster */
  constructor(cluster) {
    this.cluster = cluster;
    this.names = cluster.nodes.map(({ name }) => name);
    this.#controls = new Map(cluster.nodes.map(({ name, control }) => [name, control]));
    this.#readers = this.names.map((name) => this.#read(name));
  }

  /** Stops to read the counters. */
  async close() {
    this.#ended = true;
    await Promise.all(this.#readers);
  }

  /** @param {string} name */
  async #read(name) {
    /** @type {Truth[]} */
    const samples = [];
    this.#counted.set(name, samples);
    while (!this.#ended) {
      const truth = await this.truth(name).catch(() => null);
      if (truth) {
        samples.push(truth);
      }
      await sleep(SAMPLE_MS);
    }
  }

  /**
   * What a node has counted until now.
   * @param {string} name
   * @returns {Promise<Truth>}
   */
  async truth(name) {
    const answer = await fetch(`${this.#controls.get(name)}/truth`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) {
      throw new Error(`${name} does not tell its counters: status ${answer.status}.`);
    }
    return /** @type {Promise<Truth>} */ (answer.json());
  }

  /**
   * The next event that a node sends.
   * @param {string} sender
   * @param {string} receiver whose counters will tell its fate
   * @returns {Promise<Sent>}
   */
  async next(sender, receiver) {
    const { eventsSent } = await this.truth(sender);
    return { sender, number: eventsSent + 1, sample: Math.max(0, this.#of(receiver).length - 1) };
  }

  /**
   * What became of an event, by the receiver's own counters.
   * @param {Sent} event
   * @param {string} receiver
   */
  fate({ sender, number, sample }, receiver) {
    return fateOf(this.#of(receiver).slice(sample), sender, number);
  }

  /**
   * Waits until an event arrived.
   * @param {Sent} event
   * @param {string} receiver
   */
  async delivered(event, receiver) {
    await this.until(`event ${event.number} of ${event.sender} arrives at ${receiver}`, async () => {
      const fate = this.fate(event, receiver);
      if (fate === 'lost') {
        throw new Error(`Event ${event.number} of ${event.sender} is lost for ${receiver}; it should arrive.`);
      }
      return fate === 'delivered';
    });
  }

  /** @param {string} name */
  #of(name) {
    return this.#counted.get(name) ?? [];
  }

  /**
   * Waits until two nodes have excluded each other, where they answer.
   * @param {string} name
   * @param {string} peer
   */
  async apart(name, peer) {
    await this.until(`${name} and ${peer} lose each other`, async () => {
      const [here, there] = await Promise.all([name, peer].map((one) => this.truth(one).catch(() => null)));
      return here?.members.includes(peer) !== true && there?.members.includes(name) !== true;
    });
  }

  /** Waits until every node sees all. */
  async together() {
    await this.until('all see each other', async () => {
      const truths = await Promise.all(this.names.map((name) => this.truth(name).catch(() => null)));
      return truths.every((truth) => truth?.members.length === this.names.length);
    });
  }

  /**
   * @param {string} what
   * @param {() => Promise<boolean>} reached
   */
  async until(what, reached) {
    const end = performance.now() + PATIENCE_MS;
    while (!(await reached())) {
      if (performance.now() > end) {
        throw new Error(`It did not come about within ${PATIENCE_MS / 1000} s that ${what}.`);
      }
      await sleep(SAMPLE_MS);
    }
  }

  /** @param {string} name */
  freeze(name) {
    return engine.freezeNode(this.cluster.dir, name);
  }

  /** @param {string} name */
  thaw(name) {
    return engine.thawNode(this.cluster.dir, name);
  }

  /**
   * Cuts a node off, from all others or from one.
   * @param {string} name
   * @param {string} [peer]
   */
  cut(name, peer) {
    return engine.discard(this.cluster.dir, name, { peer });
  }

  /**
   * Ends a cut.
   * @param {string} name
   * @param {string} [peer]
   */
  mend(name, peer) {
    return engine.undiscard(this.cluster.dir, name, { peer });
  }

  /**
   * Kills a node and starts it anew.
   * @param {string} name
   */
  restart(name) {
    return engine.restartNode(this.cluster.dir, name);
  }

  /**
   * Lets a node leave the group and end, as an operator shuts it down.
   * @param {string} name
   */
  async shutDown(name) {
    const status = await engine.clusterStatus(this.cluster.dir);
    const node = status.nodes.find((one) => one.name === name);
    if (!node) {
      throw new Error(`There is no ${name}.`);
    }
    process.kill(node.pid, 'SIGTERM');
    const left = this.names.filter((one) => one !== name);
    await this.until(`${name} has left`, async () => {
      const truths = await Promise.all(left.map((one) => this.truth(one)));
      return truths.every(({ members }) => !members.includes(name));
    });
  }
}

/**
 * Runs a function with a cluster of its own.
 * @param {import('../../../engines/jgroups/cluster.mjs').StartOptions} options
 * @param {(nodes: Nodes) => Promise<void>} run
 */
export function withNodes(options, run) {
  return engine.withCluster(options, async (cluster) => {
    const nodes = new Nodes(cluster);
    try {
      await run(nodes);
    } finally {
      await nodes.close();
    }
  });
}
