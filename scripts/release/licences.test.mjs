// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { bundledPackages, refusedParts, thirdPartyText } from './licences.mjs';

/** @param {Partial<import('./licences.mjs').Part>} part @returns {import('./licences.mjs').Part} */
const made = (part) => ({
  kind: 'Go',
  name: 'example.com/a',
  version: 'v1',
  from: '',
  files: [],
  licences: [],
  ...part,
});

describe('Licences', () => {
  for (const licence of ['GPL-3.0', 'AGPL-3.0', 'LGPL-2.1', 'CC-BY-NC-4.0', 'SSPL-1.0']) {
    test(`${licence} may not be shipped, beside MIT neither`, () => {
      const [fault] = refusedParts([made({ licences: ['MIT', licence] })]);
      assert.match(fault ?? '', new RegExp(`example.com/a v1: ${licence} is not among`));
    });
  }
  test('what nobody knows may not be shipped', () => {
    assert.match(refusedParts([made({})]).join(), /its licence is not known/);
  });
  test('MIT and MPL-2.0 may', () => {
    assert.deepEqual(refusedParts([made({ licences: ['MIT'] }), made({ licences: ['MPL-2.0'] })]), []);
  });

  test('packages are those in the bundles, by their maps, nested ones too', () => {
    const dist = mkdtempSync(path.join(tmpdir(), 'unjam-licences-'));
    const sources = [
      'webpack://acme/../node_modules/semver/index.js',
      'webpack://acme/./node_modules/@types/node/index.d.ts?1',
      'webpack://acme/./node_modules/grafana-public-path.js',
      'webpack://acme/./app/node.ts',
      'webpack://acme/external amd "react"',
    ];
    writeFileSync(path.join(dist, 'module.js.map'), JSON.stringify({ sources }));
    const found = bundledPackages(dist);
    rmSync(dist, { recursive: true });
    assert.deepEqual(
      found.map(({ name }) => name),
      ['@types/node', 'semver']
    );
    assert.ok(found.every(({ files, version }) => files.length > 0 && version !== ''));
  });

  test('a text that several parts have stands once, under their names', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'unjam-licences-'));
    const files = ['a', 'b'].map((name) => path.join(folder, name));
    files.forEach((file, index) => writeFileSync(file, index === 0 ? 'The text\n' : 'The text\r\n'));
    const parts = files.map((file, index) => made({ name: `part ${index}`, files: [file], licences: ['MIT'] }));
    const text = thirdPartyText(parts);
    rmSync(folder, { recursive: true });
    assert.equal(text.split('The text').length, 2);
    assert.match(text, /part 0\npart 1\n-+\n\nThe text/);
  });
});
