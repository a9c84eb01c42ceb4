// @ts-check
/** Whoever adds a library must be told what it weighs. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { weightFaults } from './weight.mjs';

/** @type {Record<string, number>} bytes that cannot be compressed, by file */
const LIGHT = {
  'module.js': 10_000,
  '123.js': 100_000,
  'datasource-config.js': 10_000,
  'datasource/module.js': 20_000,
  'panels/stuck-jobs/module.js': 30_000,
  'panels/delivery/module.js': 30_000,
};

/** @param {Record<string, number>} files */
function faultsOf(files) {
  const dist = mkdtempSync(path.join(tmpdir(), 'unjam-weight-'));
  try {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(dist, name)), { recursive: true });
      writeFileSync(path.join(dist, name), randomBytes(bytes));
    }
    return weightFaults(dist);
  } finally {
    rmSync(dist, { recursive: true, force: true });
  }
}

test('what is light enough passes; the editors count for the data source, not for the app', () => {
  assert.deepEqual(faultsOf(LIGHT), []);
  assert.deepEqual(faultsOf({ ...LIGHT, '456.js': 9000 }).length, 0);
});

test('what is too heavy is named, with what it weighs', () => {
  assert.match(faultsOf({ ...LIGHT, '456.js': 11_000 }).join(), /^the app with all its pages weighs 121\.\d kB/);
  assert.match(faultsOf({ ...LIGHT, 'datasource/module.js': 26_000 }).join(), /^the data source weighs 26\.0 kB/);
  assert.match(faultsOf({ ...LIGHT, 'panels/stuck-jobs/module.js': 41_000 }).join(), /^the panel of stuck jobs/);
});

test('what is not there is no light thing', () => {
  assert.equal(faultsOf({}).length, 5);
});
