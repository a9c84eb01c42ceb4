import { AS_OF } from './testing/frames';
import { suppressionStatement } from './suppression';

describe('why a late job does not count as stuck', () => {
  it.each([
    ['', undefined, ''],
    ['savepoint moving', AS_OF, 'suppressed: savepoint moving until 2026-11-22 12:00:00'],
    ['maintenance window: upgrade', undefined, 'suppressed: maintenance window: upgrade'],
    ['maintenance window: a\u202eb', AS_OF, 'suppressed: maintenance window: a‹U+202E›b until 2026-11-22 12:00:00'],
  ])('"%s" until %s: "%s"', (suppressed, suppressedUntil, statement) => {
    expect(suppressionStatement({ suppressed, suppressedUntil }, 'utc')).toBe(statement);
  });
});
