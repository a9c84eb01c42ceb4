import { checkThreshold, checkWindows, type MaintenanceWindow } from './detection';

describe('thresholds', () => {
  it.each([
    [undefined, ''],
    [0, ''],
    [10, ''],
    [604_800, ''],
    [9, 'Write a whole number from 10 to 604800, or 0 for never.'],
    [-1, 'Write a whole number from 10 to 604800, or 0 for never.'],
    [60.5, 'Write a whole number from 10 to 604800, or 0 for never.'],
    [604_801, 'Write a whole number from 10 to 604800, or 0 for never.'],
  ])('%s: "%s"', (value, sentence) => {
    expect(checkThreshold(value)).toBe(sentence);
  });
});

describe('maintenance windows', () => {
  const once = (change: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
    from: '2026-11-22T22:00:00+01:00',
    to: '2026-11-23T04:00:00Z',
    reason: 'upgrade',
    ...change,
  });
  const weekly = (change: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
    days: ['mon', 'fri'],
    from: '22:00',
    to: '04:00',
    timeZone: 'Europe/Berlin',
    reason: 'backup',
    ...change,
  });

  it.each<[string, MaintenanceWindow, string]>([
    ['once', once(), ''],
    ['weekly, over midnight', weekly(), ''],
    ['without a reason', once({ reason: ' ' }), 'say in 1 to 200 characters'],
    ['without a zone', once({ from: '2026-11-22T22:00:00' }), 'write its times with their zone'],
    ['no such day', once({ to: '2026-13-01T00:00:00Z' }), 'it must begin before it ends.'],
    ['backwards', once({ to: '2026-11-22T20:59:00Z' }), 'it must begin before it ends.'],
    ['a wrong year', once({ to: '2027-11-22T22:00:00Z' }), 'it lasts longer than 31 days.'],
    ['no days', weekly({ days: [] }), 'it has no day; write mon, tue, wed, thu, fri, sat, sun.'],
    ['an unknown day', weekly({ days: ['thursday'] }), '"thursday" is no day; write mon'],
    ['no time of day', weekly({ from: '2am' }), 'write its times of day like 02:00.'],
    ['as long as a day', weekly({ to: '22:00' }), 'it ends as it begins'],
    ['no zone', weekly({ timeZone: '' }), 'write its time zone'],
    ['an unknown zone', weekly({ timeZone: 'Vienna' }), '"Vienna" is no time zone.'],
  ])('%s', (_, window, sentence) => {
    expect(checkWindows([once(), window])).toMatch(sentence ? `Window 2: ${sentence}` : /^$/);
  });

  it('are at most 20', () => {
    expect(checkWindows(Array.from({ length: 20 }, () => once()))).toBe('');
    expect(checkWindows(Array.from({ length: 21 }, () => once()))).toMatch(/at most 20/);
  });
});
