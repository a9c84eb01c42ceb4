// @ts-check
/** The command as people call it, on the example of docs/generic.md. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../lib/children.mjs';
import { startDouble, TOKEN } from './testing/server.mjs';

/**
 * Runs the command.
 * @param {...string} given
 * @returns {Promise<{ code: number, out: string, err: string }>}
 */
function contractCheck(...given) {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/contract-check/main.mjs', ...given], { cwd: root }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

describe('the example of the docs', () => {
  /** @type {import('node:child_process').ChildProcess} */
  let server;
  let base = '';

  before(async () => {
    server = spawn(process.execPath, ['docs/examples/coordinator.mjs', '0'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    base = await new Promise((resolve, reject) => {
      server.stdout?.once('data', (line) => resolve(String(line).trim()));
      server.once('exit', (code) => reject(new Error(`The example ended with ${code}.`)));
    });
  });
  after(() => server.kill());

  test('offers all but delivery and parents, without a fault', async () => {
    const { code, out } = await contractCheck(base);
    assert.equal(code, 0, out);
    assert.match(out, /\n\d\d checks passed, 0 failed, 2 not offered\n$/);
  });

  test('stops jobs as the contract says', async () => {
    for (const id of ['1001', '1003']) {
      const { code, out } = await contractCheck(`${base}/`, '--writes', id);
      assert.equal(code, 0, out);
      assert.match(out, /ok +a job that has ended is kept, and listed no more/);
    }
  });
});

describe('the command', () => {
  test('reads a token from a file and never shows it', async () => {
    const double = await startDouble();
    const folder = mkdtempSync(path.join(tmpdir(), 'unjam-contract-check-'));
    try {
      const file = path.join(folder, 'token');
      writeFileSync(file, `${TOKEN}\n`);
      const right = await contractCheck(double.base, '--token-file', file);
      assert.equal(right.code, 0, right.out);
      assert.doesNotMatch(right.out, new RegExp(TOKEN));
      const basic = await contractCheck(double.base, '--user', 'operator', '--password-file', file);
      assert.equal(basic.code, 1);
      assert.match(basic.out, /answers 401 \("Who are you\?"\)/);
      assert.ok(double.asked.some(({ authorization }) => authorization?.startsWith('Basic ')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await double.close();
    }
  });

  for (const [name, given, sentence] of /** @type {[string, string[], RegExp][]} */ ([
    ['no URL', [], /Give one URL/],
    ['no URL that is one', ['host'], /"host" is no URL/],
    ['credentials in the URL', ['http://u:secret@host/'], /The URL holds credentials/],
    ['another scheme', ['ftp://host/'], /must begin with http/],
    ['a user without a password', ['http://host/', '--user', 'x'], /a user and a password file/],
    [
      'a token and a user',
      ['http://host/', '--token-file', 'x', '--user', 'x', '--password-file', 'x'],
      /either a token file/,
    ],
    ['a file that is not there', ['http://host/', '--token-file', '/no/such/file'], /ENOENT/],
    ['an option that is unknown', ['http://host/', '--token', 'secret'], /Unknown option '--token'/],
  ])) {
    test(`says what is wrong with ${name}`, async () => {
      const { code, out, err } = await contractCheck(...given);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, sentence);
      assert.match(err, /Usage: npm run contract:check/);
      assert.doesNotMatch(err, /secret/);
    });
  }
});
