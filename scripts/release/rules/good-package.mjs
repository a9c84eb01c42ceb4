// @ts-check
/** A small package that breaks no rule, for tests to break one at a time. */
import { FILE_MODE, PROGRAM_MODE } from '../archive.mjs';
import { THIRD_PARTY } from '../layout.mjs';

const ID = 'acme-jobs-app';

/** @returns {import('./package.mjs').Entry[]} new ones at each call */
export function goodEntries() {
  const map = JSON.stringify({ sources: ['a.ts'], sourcesContent: ['export {};'] });
  const picture = Buffer.concat([Buffer.from([0x89]), Buffer.from('PNG')]);
  const svg = (/** @type {string} */ colour) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><rect fill="${colour}"/></svg>`;
  return [
    file('plugin.json', JSON.stringify(app())),
    file('module.js', 'define([]);'),
    file('module.js.map', map),
    file('img/logo.svg', svg('red')),
    ...['one', 'two', 'three'].map((name) => file(`img/${name}.png`, picture)),
    file('datasource/plugin.json', JSON.stringify(dataSource())),
    file('datasource/module.js', 'define([]);'),
    file('datasource/module.js.map', map),
    file('datasource/img/logo.svg', svg('blue')),
    file('datasource/gpx_acme_linux_amd64', elf(62), PROGRAM_MODE),
    file('dashboards/jobs.json', '{}'),
    file('go_plugin_build_manifest', `${'0'.repeat(64)}:pkg/main.go\n`),
    file('README.md', '# Jobs\n\n[More](https://example.com/more)\n'),
    file('CHANGELOG.md', '# Changelog\n\n## 1.2.3\n\n- First.\n'),
    file('LICENSE', 'Apache License\n Version 2.0, January 2004\n'),
    file(THIRD_PARTY, 'Parts of others: none.'),
  ];
}

/**
 * The entries with a file changed, added, or, without content, removed.
 * @param {string} name below the top folder
 * @param {string | Buffer | null} content
 * @param {number} [mode]
 */
export function withFile(name, content, mode) {
  const rest = goodEntries().filter((entry) => entry.name !== `${ID}/${name}`);
  return content === null ? rest : [...rest, file(name, content, mode)];
}

/**
 * The entries with a plugin.json changed.
 * @param {'plugin.json' | 'datasource/plugin.json'} name
 * @param {(plugin: any) => void} change
 */
export function withPlugin(name, change) {
  const plugin = /** @type {any} */ (name === 'plugin.json' ? app() : dataSource());
  change(plugin);
  return withFile(name, JSON.stringify(plugin));
}

/**
 * The first bytes of a program for Linux.
 * @param {number} machine ELF's number of the processor
 */
export function elf(machine) {
  const bytes = Buffer.alloc(64);
  bytes.write('7f454c46', 'hex');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/**
 * @param {string} name
 * @param {string | Buffer} content
 * @param {number} [mode]
 */
function file(name, content, mode = FILE_MODE) {
  return { name: `${ID}/${name}`, mode, bytes: Buffer.from(content) };
}

/** @param {{ screenshots: object[] }} options */
function info({ screenshots }) {
  return {
    description: 'Jobs.',
    author: { name: 'Acme' },
    keywords: ['jobs'],
    links: ['Repository', 'Documentation', 'License', 'Raise issue'].map((name) => ({
      name,
      url: 'https://example.com',
    })),
    logos: { small: 'img/logo.svg', large: 'img/logo.svg' },
    screenshots,
    version: '1.2.3',
    updated: '2026-01-02',
  };
}

function app() {
  return {
    type: 'app',
    name: 'Jobs',
    id: ID,
    info: info({ screenshots: ['one', 'two', 'three'].map((name) => ({ name, path: `img/${name}.png` })) }),
    includes: [
      { type: 'datasource', name: 'Coordinator', path: 'datasource/plugin.json' },
      { type: 'dashboard', name: 'Jobs', path: 'dashboards/jobs.json' },
      { type: 'page', name: 'Jobs', path: `/a/${ID}` },
    ],
    dependencies: { grafanaDependency: '>=12.4.0' },
  };
}

function dataSource() {
  return {
    type: 'datasource',
    name: 'Coordinator',
    id: 'acme-coordinator-datasource',
    backend: true,
    alerting: true,
    metrics: true,
    executable: 'gpx_acme',
    info: info({ screenshots: [] }),
    dependencies: { grafanaDependency: '>=12.4.0' },
  };
}
