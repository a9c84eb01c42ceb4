import { goExpression } from './goExpression';

describe("an expression of Go's in the browser", () => {
  it.each([
    ['crit.*', 'critical', true],
    ['crit', 'critical', false],
    ['a|b', 'b', true],
    ['', '', true],
    ['(?i)CRIT.*', 'critical', true],
    ['(?P<team>etl)-\\d+', 'etl-7', true],
    ['seatunnel\\-demo', 'seatunnel-demo', true],
    ['[a\\-c]+', 'a-c', true],
    ['a\\\\-b', 'a\\-b', true],
    ['日志\\:.', '日志:x', true],
  ])('%s and %s: %s', (expression, value, fits) => {
    expect(goExpression(expression)?.test(value)).toBe(fits);
  });

  it.each(['[[:alpha:]]+', '\\Qa.b\\E', '(?U)a+', '\\pL', '\\Aa\\z', '('])('%s is left undecided', (expression) => {
    expect(goExpression(expression)).toBeUndefined();
  });
});
