import { type PairRow } from '../../model/delivery';

/** The two ends of a pair: events go from the one to the other. */
export interface Ends {
  node: string;
  peer: string;
}

/** Where a cell is; both count from 0. */
export interface Place {
  row: number;
  column: number;
}

/** Pairs as a matrix: a row for each node that sends, a column for each that receives. */
export interface Grid {
  /** The names of the nodes, in the order in which people count them: node2 before node10. */
  nodes: string[];
  /** A node's name without what all names have in common, where they are long: that tells them apart. */
  short(node: string): string;
  /** The pair of these ends; undefined where the answer does not hold it. */
  at(node: string, peer: string): PairRow | undefined;
}

export function gridOf(rows: PairRow[]): Grid {
  const names = new Set(rows.flatMap(({ node, peer }) => [node, peer]));
  const byEnds = new Map(rows.map((row) => [keyOf(row), row]));
  const nodes = Array.from(names).sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  const short = shortNames(nodes);
  return {
    nodes,
    short: (node) => short.get(node) ?? node,
    at: (node, peer) => byEnds.get(keyOf({ node, peer })),
  };
}

/** Names that fit are left whole. */
const FITTING_CHARACTERS = 14;
/** What parts a name: whole parts are left out, and never half of "node1". */
const PARTS = /(?<=[.\-_:/@])|(?=[.\-_:/@])/;

/** Each name without the parts with which all begin or end, with "…" there. */
function shortNames(names: string[]): Map<string, string> {
  const split = names.map((name) => name.split(PARTS));
  const [first = []] = split;
  if (names.length < 2 || names.every((name) => name.length <= FITTING_CHARACTERS)) {
    return new Map();
  }
  const least = Math.min(...split.map(({ length }) => length)) - 1;
  let head = 0;
  while (head < least && split.every((parts) => parts[head] === first[head])) {
    head++;
  }
  let tail = 0;
  while (tail < least - head && split.every((parts) => parts.at(-1 - tail) === first.at(-1 - tail))) {
    tail++;
  }
  return new Map(
    names.map((name, index) => {
      const parts = split[index] ?? [];
      const rest = parts.slice(head, parts.length - tail).join('');
      return [name, `${head > 0 ? '…' : ''}${rest}${tail > 0 ? '…' : ''}`];
    })
  );
}

/** One text for both ends, which no name can imitate. */
export function keyOf({ node, peer }: Ends): string {
  return JSON.stringify([node, peer]);
}

/** Where a key leads to from a cell; undefined for keys that lead nowhere. */
export function step(key: string, ctrl: boolean, { row, column }: Place, size: number): Place | undefined {
  const last = size - 1;
  const bounded = (value: number) => Math.min(last, Math.max(0, value));
  switch (key) {
    case 'ArrowRight':
      return { row, column: bounded(column + 1) };
    case 'ArrowLeft':
      return { row, column: bounded(column - 1) };
    case 'ArrowDown':
      return { row: bounded(row + 1), column };
    case 'ArrowUp':
      return { row: bounded(row - 1), column };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? last : row, column: last };
    case 'PageDown':
      return { row: bounded(row + PAGE_ROWS), column };
    case 'PageUp':
      return { row: bounded(row - PAGE_ROWS), column };
    default:
      return undefined;
  }
}

/** How many rows a page key moves. */
const PAGE_ROWS = 10;
