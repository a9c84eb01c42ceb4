// @ts-check
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { scenarios as seatunnel } from '../seatunnel.mjs';
import { scenarios as simulator } from '../simulator.mjs';
import { record } from './stage.mjs';

/** A recorder whose clock begins 3 s after the driver's: it starts slowly. */
const LATE_SECONDS = 3;
const RECORDER = `#!${process.execPath}
const { writeFileSync } = require('node:fs');
const { gzipSync } = require('node:zlib');
const out = process.argv[process.argv.indexOf('--out') + 1];
const began = new Date(Date.now() + ${LATE_SECONDS * 1000}).toISOString();
process.once('SIGINT', () => {
  writeFileSync(out, gzipSync(JSON.stringify({ format: 1, began }) + '\\n'));
  process.exit(0);
});
console.log('Recording.');
setInterval(() => {}, 1000);
`;
const BROKEN = `#!${process.execPath}
process.exit(1);
`;

/**
 * A folder with a recorder, and what to record.
 * @param {import('node:test').TestContext} t
 * @param {string} program
 */
function given(t, program) {
  const out = mkdtempSync(join(tmpdir(), 'unjam-stage-'));
  t.after(() => rmSync(out, { recursive: true, force: true }));
  const recorder = join(out, 'recorder.cjs');
  writeFileSync(recorder, program, { mode: 0o700 });
  const settings = { pollIntervalSeconds: 2, stuckAfterSeconds: 20 };
  return {
    name: 'lost',
    story: 'A job hangs.',
    engine: 'none',
    origin: /** @type {const} */ ('simulator'),
    settings,
    out,
    recorder,
  };
}

test('the label is in seconds since the recorder began, and never before', async (t) => {
  const what = given(t, RECORDER);
  await record(what, async (stage) => [
    { id: '1', cause: 'final status lost', outlook: 'cannot recover', since: stage.now() + 30 },
    { id: '2', cause: 'cancel forgotten', outlook: 'cannot recover', since: 0, until: 60, thresholdSeconds: 0 },
  ]);
  const { story, jobs } = JSON.parse(readFileSync(join(what.out, 'lost.truth.json'), 'utf8'));
  assert.equal(story, what.story);
  assert.equal(jobs[0].thresholdSeconds, 20);
  assert.ok(Math.abs(jobs[0].since - (30 - LATE_SECONDS)) < 1, `since ${jobs[0].since}`);
  assert.equal(jobs[0].until, undefined);
  assert.equal(jobs[1].since, 0);
  assert.equal(jobs[1].thresholdSeconds, 0);
  assert.ok(Math.abs(jobs[1].until - (60 - LATE_SECONDS)) < 1, `until ${jobs[1].until}`);
});

test('where what should be provoked did not happen, nothing is kept', async (t) => {
  const what = given(t, RECORDER);
  const failing = record(what, async () => {
    throw new Error('it ended');
  });
  await assert.rejects(failing, /it ended/);
  assert.ok(!existsSync(join(what.out, 'lost.jsonl.gz')) && !existsSync(join(what.out, 'lost.truth.json')));
});

test('a recorder that does not record is an error', async (t) => {
  await assert.rejects(
    record(given(t, BROKEN), async () => []),
    /does not record: ended with 1/
  );
});

test('scenarios have names of their own, and stories', () => {
  const all = [...seatunnel, ...simulator];
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, story } of all) {
    assert.match(name, /^(seatunnel-(v2|238)|simulator)(-[a-z0-9]+)+$/);
    assert.match(story, /^[A-Z].*\.$/);
  }
});
