import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';

import { offsetsOf } from './offsets';

/** Rows that are drawn above and below what is seen: enough for a turn of the wheel, and for the next tab stop. */
const OVERSCAN = 6;
/** Where nothing is laid out (a panel that is hidden), as much as a panel is high. Pixels. */
const FALLBACK_HEIGHT = 600;
/** A height that differs by less is the same: browsers round. Pixels. */
const SAME_HEIGHT = 0.5;

/** A row that is drawn. */
export interface VisibleRow {
  index: number;
  /** The height of the rows above it that are not drawn, in pixels. */
  gap: number;
}

export interface VisibleRows {
  rows: VisibleRow[];
  /** The height of the rows below the last one, in pixels. */
  rest: number;
}

interface Options {
  /** What holds the rows, and nothing else; each carries its index as `data-index`. */
  body: RefObject<HTMLElement>;
  /** A name for each row, the same in later answers: its height is remembered by it. */
  keys: readonly string[];
  /** About how high a row is, in pixels, before one is drawn. */
  rowHeight: number;
  /** A row that stays drawn wherever it is, so that the keyboard's place is not lost. */
  kept: number | undefined;
}

interface Measured {
  heights: ReadonlyMap<string, number>;
  /** The first rows that are drawn tell how high the others will be. Later ones do not: all would move. */
  guess?: number;
}

interface Range {
  first: number;
  last: number;
}

/**
 * The rows within sight of what scrolls them: the nearest element around them that may, else the page. They stay in the
 * flow of the page, so that the browser itself holds on to what is seen while heights above it become known.
 *
 * No library: rows of unknown height, in a table, below other things, within an element or a page. The one that can do
 * all of it weighs a quarter of what a panel may.
 */
export function useVisibleRows({ body, keys, rowHeight, kept }: Options): VisibleRows {
  const [{ heights, guess }, setMeasured] = useState<Measured>({ heights: new Map() });
  const [{ first, last }, setRange] = useState<Range>({ first: 0, last: 0 });
  const offsets = useMemo(
    () => offsetsOf(keys.length, (index) => heights.get(keys[index] ?? '') ?? guess ?? rowHeight),
    [keys, rowHeight, heights, guess]
  );

  const look = useCallback(() => {
    if (!body.current) {
      return;
    }
    const { above, height } = sight(body.current);
    const next = {
      first: Math.max(0, offsets.rowAt(above) - OVERSCAN),
      last: Math.min(keys.length - 1, offsets.rowAt(above + height) + OVERSCAN),
    };
    setRange((before) => (before.first === next.first && before.last === next.last ? before : next));
  }, [body, keys, offsets]);

  const measure = useCallback(() => {
    if (!body.current) {
      return;
    }
    const drawn = heightsIn(body.current, keys);
    const isNew = ([key, height]: [string, number]) =>
      Math.abs((heights.get(key) ?? -Infinity) - height) >= SAME_HEIGHT;
    if (drawn.some(isNew)) {
      setMeasured({
        heights: new Map([...heights, ...drawn]),
        guess: guess ?? average(drawn.map(([, height]) => height)),
      });
    }
  }, [body, keys, heights, guess]);

  useScrolling(body, look, measure);

  const shown = indexes({ first, last: Math.min(last, keys.length - 1) }, kept);
  return {
    rows: shown.map((index, place) => {
      const before = shown[place - 1];
      return { index, gap: offsets.at(index) - (before === undefined ? 0 : offsets.at(before + 1)) };
    }),
    rest: offsets.at(keys.length) - offsets.at((shown.at(-1) ?? -1) + 1),
  };
}

/** Calls back when the rows are scrolled, and when what scrolls them or they themselves have another size. */
function useScrolling(body: RefObject<HTMLElement>, look: () => void, measure: () => void): void {
  const latest = useRef({ look, measure });
  useLayoutEffect(() => {
    latest.current = { look, measure };
  });
  // Where the rows begin has changed. Not after every drawing: at the very end, what is drawn decides how far one can
  // scroll, and that decides what is drawn.
  useLayoutEffect(() => look(), [look]);
  useLayoutEffect(() => {
    const { current } = body;
    if (!current) {
      return undefined;
    }
    const scroller = scrollerOf(current);
    // Drawn in the same frame: what comes into sight must not be empty for a moment.
    const onScroll = () => flushSync(() => latest.current.look());
    const target = scroller ?? window;
    target.addEventListener('scroll', onScroll, { passive: true });
    window.addEventListener('resize', onScroll);
    const observer =
      typeof ResizeObserver === 'undefined'
        ? undefined
        : new ResizeObserver(() => {
            latest.current.measure();
            latest.current.look();
          });
    // The rows as a whole change their height whenever one that is drawn is higher or lower than was thought.
    observer?.observe(current);
    if (scroller) {
      observer?.observe(scroller);
    }
    return () => {
      target.removeEventListener('scroll', onScroll);
      window.removeEventListener('resize', onScroll);
      observer?.disconnect();
    };
  }, [body]);
}

/** How much of the rows is above what is seen, and how much is seen; in pixels. */
function sight(body: HTMLElement): { above: number; height: number } {
  const { top } = body.getBoundingClientRect();
  const scroller = scrollerOf(body);
  const seen = scroller?.getBoundingClientRect() ?? { top: 0, height: window.innerHeight };
  return { above: seen.top - top, height: seen.height || FALLBACK_HEIGHT };
}

function scrollerOf(element: HTMLElement): HTMLElement | undefined {
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(around).overflowY)) {
      return around;
    }
  }
  return undefined;
}

/** The heights of the rows that are drawn, by their names; without those that are not laid out. */
function heightsIn(body: HTMLElement, keys: readonly string[]): Array<[key: string, height: number]> {
  return Array.from(body.querySelectorAll<HTMLElement>(':scope > [data-index]')).flatMap((row) => {
    const key = keys[Number(row.dataset.index)];
    const { height } = row.getBoundingClientRect();
    return key === undefined || height === 0 ? [] : [[key, height]];
  });
}

function average(numbers: number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function indexes({ first, last }: Range, kept: number | undefined): number[] {
  const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place);
  if (kept === undefined || (kept >= first && kept <= last)) {
    return all;
  }
  return kept < first ? [kept, ...all] : [...all, kept];
}
