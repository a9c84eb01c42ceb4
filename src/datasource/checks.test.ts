import { checkAddress, checkAddresses, checkTimeZone } from './checks';

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
    for (const sentence of [checkAddress(address), checkAddresses([address, address], 'None.')]) {
      expect(sentence).toMatch(/own fields/);
      expect(sentence).not.toContain('hunter2');
    }
  });

  it('are demanded of masters, not of workers, and each only once', () => {
    expect(checkAddresses([], 'Write one.')).toBe('Write one.');
    expect(checkAddresses([], '')).toBe('');
    expect(checkAddresses(['http://a:1', 'http://a:1'], 'Write one.')).toMatch(/twice/);
    expect(checkAddresses(['http://a:1', 'b'], 'Write one.')).toMatch(/"b"/);
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
