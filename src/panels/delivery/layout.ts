/** The least width of a cell with words, in pixels; below it, cells hold a symbol and a number. */
const ROOMY_CELL = 150;
const ROW_HEADER = 150;
/** The detail stands beside the matrix from this width on, and over the panel's lower end otherwise. */
const BESIDE_FROM = 1000;
export const DETAIL_WIDTH = 340;
/** How much of the panel's height the detail takes where it covers the lower end. */
const DETAIL_SHARE = 0.45;
/** Neither is lower. */
const LEAST_HEIGHT = 240;
const MARGIN = 24;

/** How a panel's room is shared out; in pixels. */
export interface Layout {
  isBeside: boolean;
  /** Whether cells hold a symbol and a number alone. */
  dense: boolean;
  matrixHeight: number;
  detailHeight: number;
  /** What the detail may cover, so that nothing that gets the focus comes to lie there. */
  covered: number;
}

/** It does not depend on whether a detail is open: nothing may move under the pointer that opens it. */
export function layoutOf(width: number, height: number, nodes: number): Layout {
  const isBeside = width >= BESIDE_FROM;
  const room = width - ROW_HEADER - (isBeside ? DETAIL_WIDTH : 0);
  const whole = Math.max(LEAST_HEIGHT, height - MARGIN);
  const detailHeight = isBeside ? whole : Math.max(LEAST_HEIGHT, height * DETAIL_SHARE);
  return {
    isBeside,
    dense: nodes * ROOMY_CELL > room,
    matrixHeight: isBeside ? whole : Math.max(LEAST_HEIGHT, height - detailHeight - MARGIN),
    detailHeight,
    covered: isBeside ? 0 : detailHeight,
  };
}
