import { formatMoment, parseTime } from './time';

describe('a time from a body', () => {
  it.each([
    ['2026-11-22T12:00:00Z', Date.UTC(2026, 10, 22, 12)],
    ['2026-11-22T13:00:00.5+01:00', Date.UTC(2026, 10, 22, 12, 0, 0, 500)],
    ['0001-01-01T00:00:00Z', undefined],
    ['', undefined],
    [undefined, undefined],
    ['yesterday', undefined],
  ])('%s is %s', (text, milliseconds) => {
    expect(parseTime(text)).toBe(milliseconds);
  });

  it('is shown with its date, in the zone asked for', () => {
    expect(formatMoment(Date.UTC(2026, 10, 22, 12), 'utc')).toBe('2026-11-22 12:00:00');
    expect(formatMoment(Date.UTC(2026, 10, 22, 12), 'Europe/Vienna')).toBe('2026-11-22 13:00:00');
  });
});
