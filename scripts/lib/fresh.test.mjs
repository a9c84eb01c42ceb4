// @ts-check
/** The two commands on a fresh clone: they install the packages, so they may not need one to begin. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { root, run } from './children.mjs';

/** What the two commands load before they have installed anything. */
const PARTS = ['package.json', 'scripts'];

for (const [command, file, args, says] of /** @type {const} */ ([
  ['npm test', 'scripts/test.mjs', ['--list'], /^install: /],
  ['npm run demo', 'scripts/demo.mjs', ['--help'], /npm run demo/],
])) {
  test(`given a clone without node_modules, when ${command} begins, then nothing is missing`, async (t) => {
    const clone = mkdtempSync(path.join(tmpdir(), 'unjam-fresh-'));
    t.after(() => rmSync(clone, { recursive: true, force: true }));
    for (const part of PARTS) {
      cpSync(path.join(root, part), path.join(clone, part), {
        recursive: true,
        filter: (source) => path.basename(source) !== 'node_modules',
      });
    }

    const { code, output } = await run(process.execPath, [file, ...args], { cwd: clone });

    assert.equal(code, 0, output);
    assert.match(output, says);
  });
}
