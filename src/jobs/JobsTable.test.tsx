import { act, fireEvent, render, screen, within } from '@testing-library/react';
import React from 'react';

import { readJobs } from '../model/jobs';
import { AS_OF, frameRow, jobsFrame } from '../model/testing/frames';
import { JobsTable, type JobEntry } from './JobsTable';
import { offsetsOf } from './offsets';

const ROW_HEIGHT = 50;
const VIEW_HEIGHT = 500;
/** So many are drawn beyond what is seen. */
const MARGIN = 8;

function entries(count: number): JobEntry[] {
  const rows = Array.from({ length: count }, (_, index) =>
    frameRow({ job_id: String(index), job_name: `job-${index}` })
  );
  const origin = { uid: 'zeta', receivedAt: AS_OF, present: true };
  return readJobs(jobsFrame(rows)).rows.map((row) => ({ row, origin }));
}

/** jsdom lays nothing out: what a browser would say of rows in an element that is scrolled so far. */
function layOut(scrolled: () => number) {
  jest.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
    switch (this.tagName) {
      case 'TR':
        return new DOMRect(0, 0, 0, ROW_HEIGHT);
      case 'TBODY':
        return new DOMRect(0, -scrolled(), 0, 0);
      default:
        return new DOMRect(0, 0, 0, this.dataset.testid === 'scroller' ? VIEW_HEIGHT : 0);
    }
  });
}

function show(all: JobEntry[]) {
  return render(
    <div data-testid="scroller" style={{ overflowY: 'auto' }}>
      <JobsTable caption="Jobs" entries={all} timeZone="utc" />
    </div>
  );
}

const body = () => screen.getAllByRole('rowgroup')[1] ?? document.body;
const drawn = () =>
  within(body())
    .getAllByRole('row')
    .map((row) => Number(row.dataset.index));

class Rect {
  constructor(
    readonly x: number,
    readonly y: number,
    readonly width: number,
    readonly height: number
  ) {}
  get top() {
    return this.y;
  }
}

/** Tells the sizes once, as browsers do when something is observed. */
class SizesOnce {
  constructor(private readonly tell: () => void) {}
  observe() {
    this.tell();
  }
  disconnect() {}
}

beforeAll(() => {
  // jsdom has none.
  Object.assign(globalThis, { DOMRect: globalThis.DOMRect ?? Rect, ResizeObserver: SizesOnce });
});

afterEach(() => jest.restoreAllMocks());

describe('5,000 jobs', () => {
  let scrolled = 0;

  beforeEach(() => {
    scrolled = 0;
    layOut(() => scrolled);
  });

  function scrollTo(pixels: number) {
    scrolled = pixels;
    act(() => {
      fireEvent.scroll(screen.getByTestId('scroller'));
    });
  }

  it('S06: are drawn as far as they are seen, and counted as a whole', () => {
    show(entries(5000));
    expect(drawn()[0]).toBe(0);
    expect(drawn().length).toBeLessThanOrEqual(VIEW_HEIGHT / ROW_HEIGHT + MARGIN);
    expect(screen.getByRole('table')).toHaveAttribute('aria-rowcount', '5001');
    expect(within(body()).getAllByRole('row')[1]).toHaveAttribute('aria-rowindex', '3');
  });

  it('S06: stand where they would stand if all were drawn', () => {
    show(entries(5000));
    scrollTo(2000 * ROW_HEIGHT);
    const [first = 0] = drawn();
    expect(first).toBeLessThanOrEqual(2000);
    expect(drawn()).toContain(2010);
    const [row] = within(body()).getAllByRole('row');
    expect(row).toHaveStyle({ marginTop: `${first * ROW_HEIGHT}px` });
    const below = 5000 - 1 - (drawn().at(-1) ?? 0);
    expect(body()).toHaveStyle({ paddingBottom: `${below * ROW_HEIGHT}px` });
  });

  it("keep the keyboard's place: the row with the focus stays, wherever one scrolls to", () => {
    show(entries(5000));
    const link = screen.getByRole('link', { name: 'job-3' });
    act(() => link.focus());
    scrollTo(2000 * ROW_HEIGHT);
    expect(drawn()[0]).toBe(3);
    expect(link).toHaveFocus();
    act(() => link.blur());
    expect(drawn()[0]).toBeGreaterThan(1900);
  });

  it('shrink to few without leaving the page empty', () => {
    const { rerender } = show(entries(5000));
    scrollTo(4900 * ROW_HEIGHT);
    rerender(
      <div data-testid="scroller" style={{ overflowY: 'auto' }}>
        <JobsTable caption="Jobs" entries={entries(40)} timeZone="utc" />
      </div>
    );
    expect(drawn()).toContain(39);
  });
});

describe('a few jobs', () => {
  it('are all drawn', () => {
    show(entries(30));
    expect(drawn()).toHaveLength(30);
  });
});

describe('where rows begin', () => {
  it('is the sum of the heights above, and found from a distance', () => {
    const heights = [10, 20, 30];
    const offsets = offsetsOf(3, (index) => heights[index] ?? 0);
    expect([0, 1, 2, 3].map((index) => offsets.at(index))).toEqual([0, 10, 30, 60]);
    expect([-5, 0, 9, 10, 29, 30, 59, 60, 999].map((distance) => offsets.rowAt(distance))).toEqual([
      0, 0, 0, 1, 1, 2, 2, 2, 2,
    ]);
    expect(offsetsOf(0, () => 1).rowAt(5)).toBe(0);
  });
});
