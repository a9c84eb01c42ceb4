import { checkNumber } from './checks';
import { checkRequestTimeout, DEFAULTS, kindOf, RANGES, withKind, type CoordinatorSettings } from './settings';

describe('numbers', () => {
  it.each([
    [undefined, ''],
    [2, ''],
    [300, ''],
    [1, 'Write a whole number from 2 to 300.'],
    [301, 'Write a whole number from 2 to 300.'],
    [2.5, 'Write a whole number from 2 to 300.'],
    [NaN, 'Write a whole number from 2 to 300.'],
  ])('a poll interval of %s: "%s"', (value, sentence) => {
    expect(checkNumber(value, RANGES.pollIntervalSeconds)).toBe(sentence);
  });

  it('every default is within its range', () => {
    const defaults: Record<string, unknown> = { ...DEFAULTS };
    for (const [name, range] of Object.entries(RANGES)) {
      expect(checkNumber(Number(defaults[name]), range)).toBe('');
    }
  });

  it('one request may not take longer than its poll', () => {
    const settings: CoordinatorSettings = { kind: 'seatunnel', urls: [] };
    expect(checkRequestTimeout({ ...settings, requestTimeoutSeconds: 8 })).toBe('');
    expect(checkRequestTimeout({ ...settings, requestTimeoutSeconds: 9 })).toMatch(/1 to 8/);
    expect(checkRequestTimeout({ ...settings, requestTimeoutSeconds: 9, pollDeadlineSeconds: 20 })).toBe('');
  });
});

describe('the kind of a coordinator', () => {
  const common: Partial<CoordinatorSettings> = { clusterId: 'a', username: 'anna', pollIntervalSeconds: 20 };

  it('is SeaTunnel where a data source is older than the choice', () => {
    expect(kindOf({})).toBe('seatunnel');
    expect(kindOf({ kind: 'cloverdx' })).toBe('cloverdx');
  });

  it('takes what only the former kind has away, and keeps what all have', () => {
    const settings: CoordinatorSettings = {
      ...common,
      kind: 'seatunnel',
      urls: ['http://a:1'],
      workerUrls: ['http://b:1'],
      timeZone: 'UTC',
      actions: { enabled: true },
    };
    expect(withKind(settings, 'cloverdx')).toEqual({
      ...common,
      kind: 'cloverdx',
      urls: ['http://a:1'],
      actions: { enabled: true },
    });
  });

  it('can be chosen for a data source without any settings', () => {
    expect(withKind({ urls: [] }, 'generic')).toEqual({ kind: 'generic', urls: [] });
  });
});
