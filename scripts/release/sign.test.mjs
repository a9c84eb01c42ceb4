// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readArchive, writeArchive } from './archive.mjs';
import { MANIFEST, signPackage } from './sign.mjs';

const at = new Date('2026-01-02T03:04:06Z');

describe('A signature', () => {
  /** @type {string} */
  let folder;
  /** @type {string} */
  let file;
  const program = { name: 'app/data/gpx', mode: 0o755, bytes: Buffer.from('program') };
  const plugin = { name: 'app/plugin.json', mode: 0o644, bytes: Buffer.from('{}') };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'unjam-sign-test-'));
    file = path.join(folder, 'app.zip');
    await writeArchive(file, [program, plugin], at);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is of the files of the zip, and comes into it; nothing else changes', async () => {
    await signPackage({
      ...{ file, at },
      signer: async (seen) => {
        assert.equal(statSync(path.join(seen, 'data', 'gpx')).mode & 0o777, 0o755);
        writeFileSync(path.join(seen, MANIFEST), `signed ${readFileSync(path.join(seen, 'plugin.json'), 'utf8')}`);
      },
    });
    const manifest = { name: `app/${MANIFEST}`, mode: 0o644, bytes: Buffer.from('signed {}') };
    assert.deepEqual(await readArchive(file), [manifest, program, plugin]);
    assert.match(readFileSync(`${file}.sha256`, 'utf8'), /^[0-9a-f]{64} {2}app\.zip\n$/);
    assert.match(readFileSync(`${file}.sha1`, 'utf8'), /^[0-9a-f]{40} {2}app\.zip\n$/);
  });

  for (const { what, signer } of [
    { what: 'that is none', signer: async () => {} },
    {
      what: 'whose signer changes the program',
      signer: async (/** @type {string} */ seen) => {
        writeFileSync(path.join(seen, MANIFEST), 'x');
        writeFileSync(path.join(seen, 'data', 'gpx'), 'another');
      },
    },
    {
      what: 'whose signer leaves more behind',
      signer: async (/** @type {string} */ seen) => {
        writeFileSync(path.join(seen, MANIFEST), 'x');
        writeFileSync(path.join(seen, 'log.txt'), 'x');
      },
    },
  ]) {
    test(`${what} is refused, and the zip stays as it was`, async () => {
      const before = readFileSync(file);
      await assert.rejects(signPackage({ file, at, signer }), /must add MANIFEST\.txt and change nothing else/);
      assert.ok(readFileSync(file).equals(before));
    });
  }
});
