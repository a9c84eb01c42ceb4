import {
  checkAddress,
  checkAddresses,
  checkNumber,
  checkRequestTimeout,
  checkTimeZone,
  DEFAULTS,
  RANGES,
  type CoordinatorSettings,
} from './settings';

describe('addresses', () => {
  it.each(['http://master-1:8080', 'https://10.0.0.1:8443/seatunnel', 'http://[::1]:8080'])('%s is one', (address) => {
    expect(checkAddress(address)).toBe('');
  });

  it.each([
    ['master-1', /is no address\. Write it like/],
    ['master-1:8080', /must begin with http/],
    ['ftp://master-1', /must begin with http/],
    ['javascript:alert(1)', /must begin with http/],
    ['http://master-1:8080?x=1', /must not hold/],
    ['http://master-1:8080/#a', /must not hold/],
  ])('%s is none', (address, sentence) => {
    expect(checkAddress(address)).toMatch(sentence);
  });

  it('with a password are refused without repeating it', () => {
    const address = 'http://anna:hunter2@master-1:8080';
    for (const sentence of [checkAddress(address), checkAddresses([address, address], true)]) {
      expect(sentence).toMatch(/own fields/);
      expect(sentence).not.toContain('hunter2');
    }
  });

  it('are demanded of masters, not of workers, and each only once', () => {
    expect(checkAddresses([], true)).toMatch(/at least one/);
    expect(checkAddresses([], false)).toBe('');
    expect(checkAddresses(['http://a:1', 'http://a:1'], true)).toMatch(/twice/);
    expect(checkAddresses(['http://a:1', 'b'], true)).toMatch(/"b"/);
  });
});

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

describe('time zones', () => {
  it.each([undefined, '', 'UTC', 'Europe/Vienna'])('"%s" is one', (zone) => {
    expect(checkTimeZone(zone)).toBe('');
  });

  it('"Vienna" is none', () => {
    expect(checkTimeZone('Vienna')).toMatch(/Europe\/Vienna/);
  });
});
