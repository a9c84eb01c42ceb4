// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkContents } from '../check.mjs';
import { ARCHIVE_RULES } from './archive-rules.mjs';
import { elf, goodEntries, withFile, withPlugin } from './good-package.mjs';
import { METADATA_RULES } from './metadata-rules.mjs';
import { packageOf } from './package.mjs';

const MAIN = 'plugin.json';
const SOURCE = 'datasource/plugin.json';
const PROGRAM = 'datasource/gpx_acme_linux_amd64';

/** For each rule, packages that break it. @type {Record<string, Record<string, import('./package.mjs').Entry[]>>} */
const BROKEN = {
  'one-folder': {
    'a file at the top': [...goodEntries(), { name: 'README.md', mode: 0o644, bytes: Buffer.from('x') }],
    'another name': goodEntries().map((entry) => ({ ...entry, name: entry.name.replace('acme-jobs-app', 'dist') })),
    'an empty archive': [],
  },
  'no-dist': { 'the build in a folder': withFile('dist/module.js', 'x') },
  'main-plugin-json': { missing: withFile(MAIN, null), 'no JSON': withFile(SOURCE, '{') },
  'module-js': { missing: withFile('datasource/module.js', null) },
  'source-maps': {
    'a map is missing': withFile('module.js.map', null),
    'a chunk without one': withFile('25.js', 'x'),
    'without the sources': withFile('module.js.map', '{"sources":["a.ts"]}'),
    'no JSON': withFile('module.js.map', '<'),
  },
  'linux-amd64': {
    missing: withFile(PROGRAM, null),
    'for another processor': withFile(PROGRAM, elf(183), 0o755),
    'a text': withFile(PROGRAM, '#!/bin/sh\n', 0o755),
  },
  'program-kinds': {
    'a program of Linux for Windows': withFile('datasource/gpx_acme_windows_amd64.exe', elf(62), 0o755),
  },
  modes: {
    'a program that nobody may start': withFile(PROGRAM, elf(62), 0o644),
    'a text that may be started': withFile('README.md', '# Jobs', 0o755),
    'no mode at all': withFile('README.md', '# Jobs', 0),
  },
  'go-manifest': {
    missing: withFile('go_plugin_build_manifest', null),
    'no hash': withFile('go_plugin_build_manifest', 'a:b.go'),
  },
  'no-debug-files': { standalone: withFile('datasource/standalone.txt', '1') },
  'safe-svg': {
    'a script': withFile('img/logo.svg', '<svg><script>1</script></svg>'),
    'a handler': withFile('img/logo.svg', '<svg onload="1"/>'),
    'an image from elsewhere': withFile('img/logo.svg', '<svg><image href="https://example.com"/></svg>'),
  },
  pictures: { 'a text': withFile('img/one.png', '<html>') },
  licence: {
    missing: withFile('LICENSE', null),
    blanks: withFile(
      'LICENSE',
      'Apache License\nVersion 2.0, January 2004\nCopyright {yyyy} {name of copyright owner}'
    ),
  },
  'third-party-licences': { missing: withFile('THIRD_PARTY_LICENSES.txt', null) },
  'no-tracking': { 'an address': withFile('module.js', 'fetch("https://www.google-analytics.com/collect")') },
  'no-machine-paths': {
    'of modules': withFile(PROGRAM, Buffer.concat([elf(62), Buffer.from('/home/x/go/pkg/mod/a.go')]), 0o755),
  },
  schema: {
    'a slip': withPlugin(MAIN, (plugin) => (plugin.inof = {})),
    'no keywords': withPlugin(SOURCE, (plugin) => (plugin.info.keywords = [])),
    'a day that is none': withPlugin(MAIN, (plugin) => (plugin.info.updated = 'today')),
  },
  placeholders: { version: withPlugin(MAIN, (plugin) => (plugin.info.version = '%VERSION%')) },
  identity: {
    'two parts': withPlugin(SOURCE, (plugin) => (plugin.id = 'acme-datasource')),
    'another type': withPlugin(SOURCE, (plugin) => (plugin.id = 'acme-coordinator-panel')),
    'a name for machines': withPlugin(MAIN, (plugin) => (plugin.name = plugin.id)),
  },
  'nested-in-includes': {
    missing: withPlugin(MAIN, (plugin) => plugin.includes.shift()),
    'another type': withPlugin(MAIN, (plugin) => (plugin.includes[0].type = 'panel')),
  },
  'included-files': { 'a dashboard is missing': withFile('dashboards/jobs.json', null) },
  paths: {
    'a logo is missing': withFile('datasource/img/logo.svg', null),
    'a picture is missing': withFile('img/two.png', null),
    'from elsewhere': withPlugin(MAIN, (plugin) => (plugin.info.logos.small = 'https://example.com/logo.svg')),
    'out of the folder': withPlugin(MAIN, (plugin) => (plugin.info.logos.small = './img/logo.svg')),
  },
  screenshots: { none: withPlugin(MAIN, (plugin) => (plugin.info.screenshots = [])) },
  'distinct-logos': {
    same: withFile(
      'datasource/img/logo.svg',
      goodEntries().find(({ name }) => name.endsWith('app/img/logo.svg'))?.bytes ?? null
    ),
  },
  discoverable: { 'no words': withPlugin(SOURCE, (plugin) => (plugin.info.description = '')) },
  links: { 'no issues': withPlugin(MAIN, (plugin) => plugin.info.links.pop()) },
  versions: { 'of two releases': withPlugin(SOURCE, (plugin) => (plugin.info.version = '1.2.4')) },
  'grafana-dependency': {
    'one release': withPlugin(MAIN, (plugin) => (plugin.dependencies.grafanaDependency = '12.4.0')),
    'an upper end': withPlugin(MAIN, (plugin) => (plugin.dependencies.grafanaDependency = '>=12.4.0 <13')),
    none: withPlugin(SOURCE, (plugin) => delete plugin.dependencies.grafanaDependency),
  },
  backend: {
    'without a program': withPlugin(SOURCE, (plugin) => delete plugin.executable),
    'a program alone': withPlugin(SOURCE, (plugin) => (plugin.backend = false)),
  },
  'no-circle': { itself: withPlugin(MAIN, (plugin) => (plugin.dependencies.plugins = [{ id: plugin.id }])) },
  'no-routes': { routes: withPlugin(SOURCE, (plugin) => (plugin.routes = [{ path: 'x', url: 'http://x' }])) },
  readme: {
    empty: withFile('README.md', ' \n'),
    'a comment': withFile('README.md', '# Jobs\n<!--\nto do\n-->'),
    "the template's": withFile('README.md', '# Grafana App Plugin Template'),
  },
  'readme-links': {
    relative: withFile('README.md', '[More](docs/more.md)'),
    'an image': withFile('README.md', '![x](./a.png)'),
  },
  'readme-words': { 'for developers': withFile('README.md', 'Run yarn.') },
  changelog: { 'without the version': withFile('CHANGELOG.md', '## 1.2.2') },
};

describe('What the catalogue demands of a package', () => {
  test('a good one has no findings', () => {
    assert.deepEqual(checkContents(packageOf(goodEntries())), []);
  });
  test('every rule has a package that breaks it, a name of its own and a source', () => {
    const rules = [...ARCHIVE_RULES, ...METADATA_RULES];
    assert.deepEqual(Object.keys(BROKEN).sort(), rules.map(({ name }) => name).sort());
    assert.ok(rules.every(({ source }) => source !== ''));
  });
  for (const [rule, examples] of Object.entries(BROKEN)) {
    for (const [what, entries] of Object.entries(examples)) {
      test(`${rule}: ${what}`, () => {
        const broken = checkContents(packageOf(entries)).map((finding) => finding.rule);
        assert.ok(broken.includes(rule), `found were: ${broken.join(', ') || 'none'}`);
      });
    }
  }
});
