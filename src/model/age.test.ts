import { describeQuality, formatAge, formatQualifiedAge, formatSince, type Quality } from './age';

describe('an age', () => {
  it.each([
    [0, '0 s'],
    [0.9, '0 s'],
    [59.9, '59 s'],
    [60, '1 min 00 s'],
    [725, '12 min 05 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h 00 min'],
    [11_220, '3 h 07 min'],
    [86_399, '23 h 59 min'],
    [86_400, '1 d 00 h'],
    [86_400 * 400 + 3 * 3600, '400 d 03 h'],
  ])('of %d seconds reads "%s"', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });

  it.each([-0.001, -1, -86_400, -Infinity])('is never negative: %d', (seconds) => {
    expect(formatAge(seconds)).toBe('0 s');
  });

  it('that is no number is unknown, and not at least unknown', () => {
    expect(formatAge(NaN)).toBe('unknown');
    expect(formatQualifiedAge(NaN, 'at least')).toBe('unknown');
  });

  it.each<[Quality, string]>([
    ['exact', '12 min 00 s'],
    ['observed', '12 min 00 s'],
    ['at least', '≥ 12 min 00 s'],
    ['', '12 min 00 s'],
  ])('whose beginning is known as "%s" reads "%s"', (quality, text) => {
    expect(formatQualifiedAge(720, quality)).toBe(text);
    expect(describeQuality(quality)).toMatch(/\.$/);
  });
});

describe('since when', () => {
  it.each<[Quality, string]>([
    ['exact', 'since 2026-11-22 12:00:00'],
    ['observed', 'since 2026-11-22 12:00:00'],
    ['at least', 'at least since 2026-11-22 12:00:00'],
  ])('known as "%s" reads "%s"', (quality, text) => {
    expect(formatSince(Date.parse('2026-11-22T12:00:00Z'), quality, 'utc')).toBe(text);
  });
});
