/** Where rows begin that stand below each other, whether they are drawn or not. */
export interface Offsets {
  /** Where a row begins below the first one's beginning, in pixels; the number of rows asks for the end of the last. */
  at(index: number): number;
  /** The row at a distance from the first one's beginning; the first or the last where none is there. */
  rowAt(distance: number): number;
}

/** Sums the heights of so many rows, in pixels. */
export function offsetsOf(count: number, heightOf: (index: number) => number): Offsets {
  const begins = new Float64Array(count + 1);
  for (let index = 0; index < count; index++) {
    begins[index + 1] = (begins[index] ?? 0) + heightOf(index);
  }
  const at = (index: number) => begins[index] ?? 0;
  return {
    at,
    rowAt(distance) {
      let low = 0;
      let high = Math.max(0, count - 1);
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (at(middle) <= distance) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    },
  };
}
