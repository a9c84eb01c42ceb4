// @ts-check
/** What shows the jobs, on which machine. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { findGrafana } from '../../e2e/grafana.mjs';
import { chooseScreen } from './choice.mjs';

/** @type {Extract<import('../../e2e/grafana.mjs').Found, { kind: 'home' }>} */
const HOME = { kind: 'home', home: '/opt/grafana', hasUI: true };

/** @param {Partial<Parameters<typeof chooseScreen>[0]>} machine */
function choose(machine) {
  return chooseScreen({
    workbench: false,
    grafana: { found: HOME },
    platform: 'linux',
    versionIn: () => '12.4.0',
    ...machine,
  });
}

describe('which screen is chosen', () => {
  test('a Grafana in a folder is started', () => {
    assert.deepEqual(choose({}), { kind: 'own', found: HOME });
  });

  test('the workbench where it was asked for, even with a Grafana', () => {
    assert.deepEqual(choose({ workbench: true }), { kind: 'workbench', why: '--workbench was given' });
  });

  test('the workbench where there is no Grafana, and it says what was looked for', () => {
    const reason = 'no GRAFANA_URL, and no Docker';
    assert.deepEqual(choose({ grafana: { found: null, reason } }), { kind: 'workbench', why: reason });
  });

  test('a Grafana that runs already is left as it is', () => {
    const found = /** @type {const} */ ({ kind: 'url', url: 'http://127.0.0.1:3000', hasUI: true });
    assert.deepEqual(choose({ grafana: { found } }), { kind: 'theirs', url: found.url });
  });

  test('the workbench instead of a Grafana without a browser part', () => {
    const choice = choose({ grafana: { found: { ...HOME, hasUI: false } } });
    assert.ok(choice.kind === 'workbench');
    assert.match(choice.why, /no browser part/);
  });

  test('Docker on Linux; elsewhere its containers do not reach a coordinator on loopback', () => {
    const grafana = /** @type {const} */ ({ found: { kind: 'docker', hasUI: true } });
    assert.equal(choose({ grafana }).kind, 'own');
    assert.equal(choose({ grafana, platform: 'darwin' }).kind, 'workbench');
  });

  for (const [version, kind] of /** @type {const} */ ([
    ['11.6.3', 'workbench'],
    ['12.3.9', 'workbench'],
    ['12.4.0', 'own'],
    ['12.4.0+security-01', 'own'],
    ['12.10.0', 'own'],
    ['13.0.0-pre', 'own'],
    ['main', 'own'],
    [undefined, 'own'],
  ])) {
    test(`Grafana ${version ?? 'of a version that it does not say'}: ${kind}`, () => {
      assert.equal(choose({ versionIn: () => version }).kind, kind);
    });
  }
});

describe('which Grafana is found', () => {
  /** @type {string} */
  let home;
  const before = { ...process.env };

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'unjam-choice-'));
    mkdirSync(path.join(home, 'bin'));
    delete process.env.GRAFANA_URL;
    delete process.env.GRAFANA_HOME;
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
    process.env = { ...before };
  });

  test('GRAFANA_URL before GRAFANA_HOME', () => {
    process.env.GRAFANA_URL = 'http://127.0.0.1:3000/';
    process.env.GRAFANA_HOME = home;
    assert.deepEqual(findGrafana().found, { kind: 'url', url: 'http://127.0.0.1:3000', hasUI: true });
  });

  test('GRAFANA_HOME before all others, with and without a browser part', () => {
    process.env.GRAFANA_HOME = home;
    writeFileSync(path.join(home, 'bin', 'grafana'), '');
    assert.deepEqual(findGrafana().found, { kind: 'home', home, hasUI: false });
  });

  test('a GRAFANA_HOME that is none is said, and nothing else is taken in its place', () => {
    process.env.GRAFANA_HOME = home;
    assert.match(findGrafana().reason ?? '', /GRAFANA_HOME is set, but/);
  });
});
