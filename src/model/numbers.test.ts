import { formatRatio } from './numbers';

describe('figures', () => {
  it.each([
    [0, '0 %'],
    [0.001, '<1 %'],
    [0.999, '99 %'],
    [1, '100 %'],
    [2.9, '290 %'],
  ])('a ratio of %d is %s', (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });
});
