// @ts-check
/** A text that is lost on its way to the translators is lost to those who read no English. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { englishTexts, flat, nested, textsInCode, textsToTranslate, translationFaults } from './texts.mjs';

const IMPORT = "import { t } from '../i18n/text';\n";

/**
 * @param {Record<string, string>} files
 */
function read(files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-texts-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    return textsInCode(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the English texts stand in the code, those with a number in two forms', () => {
  const code = read({
    'jobs/a.tsx': `${IMPORT}t('jobs.a.age', 'Age of {{job}}', { job });
      t('jobs.a.rows', '', { count: n, defaultValue_one: '{{count}} row', defaultValue_other: '{{count}} rows' });`,
    'jobs/a.test.tsx': `${IMPORT}t('jobs.a.test', 'Only a test');`,
  });
  assert.deepEqual(code.faults, []);
  assert.deepEqual(nested(englishTexts(code)), {
    jobs: { a: { age: 'Age of {{job}}', rows_one: '{{count}} row', rows_other: '{{count}} rows' } },
  });
  assert.deepEqual([...textsToTranslate(code).keys()], ['jobs.a.age', 'jobs.a.rows_other']);
});

for (const [what, text, fault] of [
  ['a key that is put together', 't(`jobs.${a}`, "Age");', /must stand there as they are/],
  ['a text that is put together', "t('jobs.a', `Age of ${a}`);", /must stand there as they are/],
  ['a key of another kind', "t('Jobs.Age', 'Age');", /a key is written like/],
  ['a value that is not given', "t('jobs.a', 'Age of {{job}}', { age });", /gets no value for job/],
  ['a number in one form', "t('jobs.a', '{{count}} rows', { count });", /must have defaultValue_one/],
  ['one key for two texts', "t('jobs.a', 'Age'); t('jobs.a', 'State');", /says something else/],
  ['a text that is a group, too', "t('jobs.a', 'Age'); t('jobs.a.b', 'State');", /cannot be a group/],
]) {
  test(`refused: ${what}`, () => {
    const { faults } = read({ 'jobs/a.ts': `${IMPORT}${text}` });
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /** @type {RegExp} */ (fault));
  });
}

test("refused: Grafana's t itself, which writes & in names as &amp;", () => {
  const { faults } = read({ 'jobs/a.ts': "import { t } from '@grafana/i18n';\nt('jobs.a', 'Age');" });
  assert.match(faults.join(), /import t from src\/i18n\/text/);
});

test('a translation has every text, no other, and every value', () => {
  const wanted = new Map([
    ['jobs.age', 'Age of {{job}}'],
    ['jobs.rows_other', '{{count}} rows'],
  ]);
  const whole = flat({ jobs: { age: '{{job}} A', rows_other: '{{count}} B' } });
  assert.deepEqual(translationFaults('zh-Hans', wanted, whole), []);
  assert.match(
    translationFaults('zh-Hans', wanted, flat({ jobs: { age: '{{job}} A' } })).join(),
    /has no jobs.rows_other/
  );
  assert.match(
    translationFaults('zh-Hans', wanted, new Map([...whole, ['jobs.age', 'A']])).join(),
    /must have the values job/
  );
  assert.match(
    translationFaults('zh-Hans', wanted, new Map([...whole, ['old', 'A']])).join(),
    /has old, which the code has not/
  );
});
