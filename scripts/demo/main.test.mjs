// @ts-check
/** Ctrl-C while the demo installs: in a copy of the scripts, where `npm` hangs and `go` is content. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../lib/children.mjs';

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** @type {string} */
let folder;
const place = (/** @type {string[]} */ ...names) => path.join(folder, ...names);

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'unjam-interrupt-'));
  for (const name of ['scripts', 'package.json', 'package-lock.json', 'go.mod']) {
    cpSync(path.join(root, name), place('copy', name), { recursive: true });
  }
  mkdirSync(place('bin'));
  mkdirSync(place('tmp'));
  writeFileSync(place('bin', 'npm'), `#!/bin/sh\necho $$ > '${place('npm.pid')}'\nexec sleep 60\n`);
  writeFileSync(place('bin', 'go'), '#!/bin/sh\nexit 0\n');
  chmodSync(place('bin', 'npm'), 0o755);
  chmodSync(place('bin', 'go'), 0o755);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('Ctrl-C while packages are installed ends the installation at once, and leaves nothing', async () => {
  const demo = spawn(process.execPath, [place('copy', 'scripts', 'demo.mjs')], {
    env: { ...process.env, PATH: `${place('bin')}:${process.env.PATH}`, TMPDIR: place('tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  demo.stdout.setEncoding('utf8').on('data', (chunk) => (said += chunk));
  demo.stderr.setEncoding('utf8').on('data', (chunk) => (said += chunk));
  const pid = await npmBegins();

  const pressed = Date.now();
  demo.kill('SIGINT');
  const [code] = await once(demo, 'close');

  assert.equal(code, 1);
  assert.match(said, /The demo could not start: it was interrupted\./);
  // Far less than the installation would have taken.
  assert.ok(Date.now() - pressed < PATIENCE_MS);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.deepEqual(readdirSync(place('tmp')), []);
});

/** @returns {Promise<number>} its process id */
async function npmBegins() {
  const end = Date.now() + PATIENCE_MS;
  while (!existsSync(place('npm.pid')) || readFileSync(place('npm.pid'), 'utf8') === '') {
    assert.ok(Date.now() < end, 'npm was not begun');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return Number(readFileSync(place('npm.pid'), 'utf8'));
}
