// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readArchive, writeArchive } from './archive.mjs';

const AT = new Date('2026-03-29T01:30:00Z');

describe('A zip', () => {
  /** @type {string} */
  let folder;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'unjam-zip-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const program = { name: 'app/gpx', mode: 0o755, bytes: Buffer.alloc(100_000, 'x') };
  const text = { name: 'app/README.md', mode: 0o644, bytes: Buffer.from('# Read') };

  test('keeps contents and modes', async () => {
    const file = path.join(folder, 'a.zip');
    await writeArchive(file, [program, text], AT);
    assert.deepEqual(await readArchive(file), [text, program]);
  });

  test('is the same from the same files, in any order and any zone', async () => {
    const zone = process.env.TZ;
    const [one, other] = ['one', 'other'].map((name) => path.join(folder, `${name}.zip`));
    try {
      process.env.TZ = 'Asia/Shanghai';
      await writeArchive(one ?? '', [program, text], AT);
      process.env.TZ = 'America/New_York';
      await writeArchive(other ?? '', [text, program], AT);
    } finally {
      process.env.TZ = zone;
    }
    assert.ok(readFileSync(one ?? '').equals(readFileSync(other ?? '')));
  });

  test('of other files is another', async () => {
    const [one, other] = ['1', '2'].map((name) => path.join(folder, `${name}.zip`));
    await writeArchive(one ?? '', [text], AT);
    await writeArchive(other ?? '', [{ ...text, mode: 0o600 }], AT);
    assert.ok(!readFileSync(one ?? '').equals(readFileSync(other ?? '')));
  });

  test('that is none is an error', async () => {
    await assert.rejects(readArchive(new URL(import.meta.url).pathname));
  });
});
