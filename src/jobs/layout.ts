/** The columns of the table of jobs, in the order in which they are read aloud and stand beside each other. */
export const COLUMNS = [
  'job',
  'id',
  'coordinator',
  'state',
  'age',
  'cause',
  'deadline',
  'advice',
  'parent',
  'nodes',
  'actions',
] as const;

export type Column = (typeof COLUMNS)[number];

/**
 * How rows are laid out:
 * - `wide`: all columns beside each other.
 * - `stacked`: what tells a job from others and what can be done stand beside each other, the rest in lines below.
 * - `cards`: all below each other, each with its label.
 */
export type Arrangement = 'wide' | 'stacked' | 'cards';

export interface Layout {
  arrangement: Arrangement;
  /** `grid-template-columns` of the head and of every row: they are the same, so that no row needs to know another. */
  template: string;
  /** Whether the buttons of a row stand below each other. */
  stackedActions: boolean;
  /** About how high a row is, in pixels, before it is drawn. */
  rowHeight: number;
}

/** The least width of each column, in pixels, and its share of what is left. */
const WIDTHS: Record<Column, [least: number, share: number]> = {
  job: [150, 3],
  // 19 digits.
  id: [182, 0],
  coordinator: [120, 1],
  state: [132, 0],
  // A moment with its date.
  age: [196, 0],
  cause: [170, 3],
  // The longest countdown, so that the table does not move with each second.
  deadline: [146, 0],
  advice: [170, 3],
  parent: [110, 1],
  nodes: [120, 1],
  actions: [132, 0],
};
/** Two buttons beside each other. */
const BESIDE_ACTIONS = 256;

/** What stands beside each other in stacked rows. */
const FIRST_LINE: readonly Column[] = ['job', 'state', 'age', 'cause', 'actions'];

/** Below this width, in pixels, not even those fit. */
const CARDS_BELOW = 800;

/** Heights of a row of each arrangement with two lines of cause and advice, in pixels. */
const HEIGHTS: Record<Arrangement, number> = { wide: 74, stacked: 104, cards: 240 };

/**
 * How rows of these columns are laid out. Nothing ever lies beyond the right edge: there the buttons would be.
 *
 * @param width of the table in pixels; 0 where nothing is laid out.
 */
export function layoutOf(width: number, columns: readonly Column[]): Layout {
  const least = columns.reduce((sum, column) => sum + WIDTHS[column][0], 0);
  const isBeside = width === 0 || width >= least - WIDTHS.actions[0] + BESIDE_ACTIONS;
  if (width === 0 || width >= least) {
    return arranged('wide', columns, !isBeside);
  }
  if (width < CARDS_BELOW) {
    return { arrangement: 'cards', template: 'minmax(0, 1fr)', stackedActions: false, rowHeight: HEIGHTS.cards };
  }
  return arranged(
    'stacked',
    FIRST_LINE.filter((column) => columns.includes(column)),
    true
  );
}

function arranged(arrangement: Arrangement, columns: readonly Column[], stackedActions: boolean): Layout {
  const tracks = columns.map((column) => {
    const [least, share] = WIDTHS[column];
    const width = column === 'actions' && !stackedActions ? BESIDE_ACTIONS : least;
    return share === 0 ? `${width}px` : `minmax(${width}px, ${share}fr)`;
  });
  return { arrangement, template: tracks.join(' '), stackedActions, rowHeight: HEIGHTS[arrangement] };
}

/** Whether a column stands on the first line of stacked rows; the id stands below the name. */
export function isOnFirstLine(column: Column): boolean {
  return FIRST_LINE.includes(column);
}
