// @ts-check
/** What is built anew, and for which machine. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { backendFor, isOlder } from './build.mjs';

const SOURCES = ['config.ts', 'src'];
const [EARLIER, BUILT, LATER] = [1_000, 2_000, 3_000].map((seconds) => new Date(seconds * 1000));

describe('isOlder', () => {
  /** @type {string} */
  let base;
  const place = (/** @type {string} */ name) => path.join(base, name);
  const touch = (/** @type {string} */ name, /** @type {Date | undefined} */ when) => {
    utimesSync(place(name), when ?? new Date(), when ?? new Date());
  };

  beforeEach(() => {
    base = mkdtempSync(path.join(tmpdir(), 'unjam-build-'));
    mkdirSync(place('src/deep'), { recursive: true });
    for (const name of ['config.ts', 'src/a.ts', 'src/deep/b.ts', 'result.js']) {
      writeFileSync(place(name), '');
    }
    for (const name of ['config.ts', 'src/a.ts', 'src/deep/b.ts', 'src/deep', 'src']) {
      touch(name, EARLIER);
    }
    touch('result.js', BUILT);
  });
  afterEach(() => rmSync(base, { recursive: true }));

  test('not, where nothing changed', () => {
    assert.equal(isOlder(place('result.js'), SOURCES, base), false);
  });

  test('where the result is missing', () => {
    assert.equal(isOlder(place('other.js'), SOURCES, base), true);
  });

  for (const changed of ['config.ts', 'src/a.ts', 'src/deep/b.ts']) {
    test(`where ${changed} changed`, () => {
      touch(changed, LATER);
      assert.equal(isOlder(place('result.js'), SOURCES, base), true);
    });
  }

  test('where a file was removed', () => {
    rmSync(place('src/deep/b.ts'));
    assert.equal(isOlder(place('result.js'), SOURCES, base), true);
  });
});

describe('the backend', () => {
  test('is built for the machine that Grafana runs on', () => {
    assert.deepEqual(backendFor('linux', 'x64'), {
      target: 'build:linux',
      file: 'gpx_unjam_coordinator_linux_amd64',
    });
    assert.deepEqual(backendFor('darwin', 'arm64'), {
      target: 'build:darwinARM64',
      file: 'gpx_unjam_coordinator_darwin_arm64',
    });
  });

  test('is not built for others, and that is said', () => {
    assert.throws(() => backendFor('win32', 'x64'), /not built for win32 on x64: try --workbench/);
  });
});
