// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sections, tagFaults } from './changelog.mjs';

const GOOD = {
  tag: 'v1.2.0',
  version: '1.2.0',
  changelog: '# Changelog\n\n## 1.2.0 (2026-11-23)\n\n- New.\n\n## 1.1.0 (2026-01-02)\n\n- Old.\n',
};

describe('A tag', () => {
  test('of the version in package.json, with a section of its day, is released', () => {
    assert.deepEqual(tagFaults(GOOD), []);
  });
  test('of a release candidate is', () => {
    const changelog = GOOD.changelog.replace('1.2.0', '1.2.0-rc.1');
    assert.deepEqual(tagFaults({ tag: 'v1.2.0-rc.1', version: '1.2.0-rc.1', changelog }), []);
  });
  for (const { what, change, fault } of [
    { what: 'of another version', change: { tag: 'v1.3.0' }, fault: /the tag is v1\.3\.0, .* v1\.2\.0/ },
    { what: 'without its v', change: { tag: '1.2.0' }, fault: /asks for v1\.2\.0/ },
    { what: 'that is no semantic version', change: { version: '1.2' }, fault: /no semantic version/ },
    { what: 'without a section', change: { changelog: '# Changelog\n' }, fault: /no section "## 1\.2\.0"/ },
    { what: 'with an empty one', change: { changelog: '## 1.2.0 (2026-11-23)\n\n## 1.1.0\n' }, fault: /is empty/ },
    { what: 'that is unreleased', change: { changelog: '## 1.2.0 (unreleased)\n\n- New.' }, fault: /with the day/ },
    { what: 'without a day', change: { changelog: '## 1.2.0\n\n- New.' }, fault: /with the day/ },
    {
      what: 'below a newer one',
      change: { changelog: `## 2.0.0 (2026-12-01)\n\n- x\n\n${GOOD.changelog}` },
      fault: /newer section, 2\.0\.0/,
    },
  ]) {
    test(`${what} is not`, () => assert.match(tagFaults({ ...GOOD, ...change }).join('\n'), fault));
  }
});

test("a section's text is what stands below its heading", () => {
  assert.deepEqual(sections(GOOD.changelog), [
    { version: '1.2.0', note: '2026-11-23', text: '- New.' },
    { version: '1.1.0', note: '2026-01-02', text: '- Old.' },
  ]);
});
