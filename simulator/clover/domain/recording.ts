import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Figure = string | number | boolean | null | { readonly [name: string]: Figure } | readonly Figure[];
/** Attributes of one MBean. */
export type Figures = Readonly<Record<string, Figure>>;

/** One reading of a node: attributes of its MBeans by their short names, as far as they changed; null: no answer. */
type Line = readonly [seconds: number, beans: Readonly<Record<string, Figures>> | null];

/** A recorded outage, as recordings/README.md describes it. */
interface Recording {
  readonly name: string;
  readonly jgroups: string;
  readonly generation: 2 | 5;
  readonly channel: string;
  readonly nodes: Readonly<Record<string, readonly Line[]>>;
}

/** What the recorder itself counted; no server has this MBean. */
const TRUTH = 'truth';

/** A recorded outage that is played again. Times are virtual milliseconds since its beginning. */
export class Playback {
  readonly name: string;
  readonly generation: 2 | 5;
  readonly channel: string;
  readonly version: string;
  readonly #nodes: ReadonlyMap<string, readonly Line[]>;
  /** What each node showed at each of its lines, all attributes together. */
  readonly #whole: ReadonlyMap<string, ReadonlyArray<Readonly<Record<string, Figures>>>>;

  constructor(recording: Recording) {
    this.name = recording.name;
    this.generation = recording.generation;
    this.channel = recording.channel;
    this.version = recording.jgroups;
    this.#nodes = new Map(Object.entries(recording.nodes));
    this.#whole = new Map([...this.#nodes].map(([name, lines]) => [name, accumulate(lines)]));
  }

  get nodes(): string[] {
    return [...this.#nodes.keys()];
  }

  /** How long the recording is; afterwards the last answers stay. */
  get lengthMs(): number {
    return 1_000 * Math.max(...[...this.#nodes.values()].map((lines) => lines.at(-1)?.[0] ?? 0));
  }

  /** Whether the node did not answer then. */
  silent(node: string, ms: number): boolean {
    const lines = this.#nodes.get(node) ?? [];
    return lines[this.#at(node, ms)]?.[1] === null;
  }

  /** The recorded attributes of a node's MBeans, by their short names. */
  beans(node: string, ms: number): Readonly<Record<string, Figures>> {
    return this.#whole.get(node)?.[this.#at(node, ms)] ?? {};
  }

  /** Events that a node had really sent, as it counted them itself. */
  sent(node: string, ms: number): number {
    return Number(this.beans(node, ms)[TRUTH]?.['EventsSent'] ?? 0);
  }

  /** Events of `sender` that a node had really received. */
  received(node: string, sender: string, ms: number): number {
    const all = String(this.beans(node, ms)[TRUTH]?.['EventsReceived'] ?? '');
    return Number(new RegExp(`\\b${sender}=(\\d+)`).exec(all)?.[1] ?? 0);
  }

  /** Events of `sender` that a node had really lost for good. */
  lost(node: string, sender: string, ms: number): number {
    const all = String(this.beans(node, ms)[TRUTH]?.['EventsLost'] ?? '');
    return Number(new RegExp(`\\b${sender}=(\\d+)`).exec(all)?.[1] ?? 0);
  }

  /** The last line at or before a time; the first one before the beginning. */
  #at(node: string, ms: number): number {
    const lines = this.#nodes.get(node) ?? [];
    const after = lines.findIndex(([seconds]) => seconds * 1_000 > ms);
    return after === -1 ? lines.length - 1 : Math.max(0, after - 1);
  }
}

function accumulate(lines: readonly Line[]): Array<Readonly<Record<string, Figures>>> {
  let beans: Readonly<Record<string, Figures>> = {};
  return lines.map(([, changed]) => {
    const known = beans;
    beans = Object.fromEntries(
      Object.keys({ ...known, ...changed }).map((name) => [name, { ...known[name], ...changed?.[name] }])
    );
    return beans;
  });
}

/** Reads a recorded outage of the folder recordings. */
export function playbackNamed(name: string): Playback {
  const packed = readFileSync(new URL(`../recordings/${name}.json.gz`, import.meta.url));
  const recording: Recording = JSON.parse(gunzipSync(packed).toString('utf8'));
  return new Playback(recording);
}
