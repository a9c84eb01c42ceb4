// @ts-check
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { layOut, THIRD_PARTY, withAbsoluteLinks } from './layout.mjs';
import { chosenPlatforms, PLATFORMS, programName } from './platforms.mjs';

describe('What of a build is packed', () => {
  /** @type {string} */
  let dist;
  const at = new Date('2026-01-02T23:59:59Z');
  const linux = chosenPlatforms('linux/amd64');
  const laidOut = (platforms = linux) => layOut({ dist, version: '1.2.3', at, platforms, licences: 'texts' });

  before(() => {
    dist = mkdtempSync(path.join(tmpdir(), 'unjam-layout-'));
    const files = {
      'plugin.json': '{"id":"acme-jobs-app","info":{"updated":"2020-01-01"}}',
      'datasource/plugin.json': '{"id":"acme-x-datasource","executable":"gpx_acme","info":{"updated":"2020-01-01"}}',
      'datasource/gpx_acme_linux_amd64': 'program',
      'datasource/gpx_acme_windows_amd64.exe': 'program',
      'README.md': '[docs](docs/a.md)',
      'module.js': 'x',
      'module.js.map': JSON.stringify({
        file: 'module.js?_cache=0a1b',
        sources: ['webpack://acme/webpack/runtime/get javascript chunk filename', 'webpack://acme/./a.ts'],
        sourcesContent: ['{"1":"0123456789abcdef0123"}', 'const id = "0123456789abcdef0123";'],
      }),
      'img/logo.svg': '<svg/>',
      'locales/zh-Hans/acme.json': '{}',
      'locales/zh-Hans/parts/app.json': '{}',
      'model/words.json': '{}',
      'notes.txt': 'private',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(dist, name)), { recursive: true });
      writeFileSync(path.join(dist, name), text);
    }
  });
  after(() => rmSync(dist, { recursive: true, force: true }));

  test('is below one folder, and only the program may be started', () => {
    assert.deepEqual(
      laidOut()
        .entries.map(({ name, mode }) => `${mode.toString(8)} ${name}`)
        .sort(),
      [
        '644 acme-jobs-app/README.md',
        `644 acme-jobs-app/${THIRD_PARTY}`,
        '644 acme-jobs-app/datasource/plugin.json',
        '644 acme-jobs-app/img/logo.svg',
        '644 acme-jobs-app/locales/zh-Hans/acme.json',
        '644 acme-jobs-app/module.js',
        '644 acme-jobs-app/module.js.map',
        '644 acme-jobs-app/plugin.json',
        '755 acme-jobs-app/datasource/gpx_acme_linux_amd64',
      ]
    );
  });

  test('is not what nobody reads, nor programs that were not asked for', () => {
    assert.deepEqual(laidOut().leftOut.sort(), [
      'datasource/gpx_acme_windows_amd64.exe',
      'locales/zh-Hans/parts/app.json',
      'model/words.json',
      'notes.txt',
    ]);
  });

  test('has the day of the sources', () => {
    const plugin = laidOut().entries.find(({ name }) => name === 'acme-jobs-app/plugin.json');
    assert.equal(JSON.parse(String(plugin?.bytes)).info.updated, '2026-01-02');
  });

  test('has maps that do not tell the folder of the build', () => {
    const map = laidOut().entries.find(({ name }) => name.endsWith('module.js.map'));
    const { file, sourcesContent } = JSON.parse(String(map?.bytes));
    assert.equal(file, 'module.js');
    assert.deepEqual(sourcesContent, ['{"1":""}', 'const id = "0123456789abcdef0123";']);
  });

  test('must have every program that was asked for', () => {
    assert.throws(() => laidOut(chosenPlatforms('darwin/arm64')), /gpx_acme_darwin_arm64 is not there/);
  });
});

describe("The README's links", () => {
  for (const [text, want] of [
    ['[a](docs/a.md#b)', '[a](https://github.com/unjam/unjam-jobs-app/blob/v1.2.3/docs/a.md#b)'],
    ['[a](./docs/)', '[a](https://github.com/unjam/unjam-jobs-app/tree/v1.2.3/docs/)'],
    ['![a](docs/a.png)', '![a](https://raw.githubusercontent.com/unjam/unjam-jobs-app/v1.2.3/docs/a.png)'],
    ['[a](https://example.com)', '[a](https://example.com)'],
    ['[a](#below)', '[a](#below)'],
  ]) {
    test(`${text} leads to the release`, () => assert.equal(withAbsoluteLinks(text ?? '', '1.2.3'), want));
  }
});

describe('Platforms', () => {
  test('all six are built unless some are named', () => {
    assert.equal(chosenPlatforms(undefined), PLATFORMS);
    assert.deepEqual(
      PLATFORMS.map((platform) => programName('gpx', platform)),
      [
        'gpx_linux_amd64',
        'gpx_linux_arm64',
        'gpx_darwin_amd64',
        'gpx_darwin_arm64',
        'gpx_windows_amd64.exe',
        'gpx_windows_arm64.exe',
      ]
    );
  });
  test('one that is not known is an error that names the known', () => {
    assert.throws(() => chosenPlatforms('linux/amd64,plan9/386'), /plan9\/386\. There are: linux\/amd64, /);
  });
});
