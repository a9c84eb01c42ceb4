// @ts-check
/** What Grafana and its catalogue need of the plugin's files, beyond what compilers see. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './children.mjs';
import { weightFaults } from './weight.mjs';

/** Where plugin.json files are, and what they must say. */
const PLUGINS = [
  { folder: '.', id: 'unjam-jobs-app', type: 'app' },
  { folder: 'datasource', id: 'unjam-coordinator-datasource', type: 'datasource' },
  { folder: 'panels/stuck-jobs', id: 'unjam-stuckjobs-panel', type: 'panel' },
  { folder: 'panels/delivery', id: 'unjam-delivery-panel', type: 'panel' },
];
const DATA_SOURCE = PLUGINS[1];
/** The oldest Grafana whose browser part has what we use. */
const GRAFANA = '>=12.4.0';

/** The ids of all plugins, the app first. */
export function pluginIds() {
  return PLUGINS.map(({ id }) => id);
}

/** @returns {string[]} faults of the plugin.json files in src */
export function pluginSources() {
  /** @type {string[]} */
  const faults = [];
  const expect = collector(faults);
  for (const { folder, id, type } of PLUGINS) {
    const file = path.join(root, 'src', folder, 'plugin.json');
    const plugin = JSON.parse(readFileSync(file, 'utf8'));
    const name = path.relative(root, file);
    expect(plugin.id === id && plugin.type === type, `${name}: id and type must be ${id} and ${type}`);
    expect(plugin.dependencies?.grafanaDependency === GRAFANA, `${name}: grafanaDependency must be ${GRAFANA}`);
    expect(
      plugin.info?.version === '%VERSION%' && plugin.info?.updated === '%TODAY%',
      `${name}: version and date come from the build`
    );
    expect(!plugin.routes, `${name}: routes would open Grafana's data source proxy to every Viewer`);
    for (const logo of Object.values(plugin.info?.logos ?? {})) {
      expect(existsSync(path.join(path.dirname(file), String(logo))), `${name}: ${logo} is not there`);
    }
    const isDataSource = type === 'datasource';
    expect(
      isDataSource === Boolean(plugin.executable),
      `${name}: the nested data source alone has a program; mage finds it only so`
    );
    expect(
      !isDataSource || (plugin.backend && plugin.alerting && plugin.metrics),
      `${name}: backend, alerting and metrics must be true`
    );
    expect(!plugin.streaming, `${name}: whoever may query may publish to a stream`);
  }
  const app = JSON.parse(readFileSync(path.join(root, 'src', 'plugin.json'), 'utf8'));
  for (const { path: picture } of app.info.screenshots) {
    const shown = path.join(root, 'src', picture);
    const docs = path.join(root, 'docs', 'img', path.basename(picture));
    const isThere = existsSync(shown) && existsSync(docs);
    expect(
      isThere && readFileSync(shown).equals(readFileSync(docs)),
      `src/${picture} must be the picture of the docs: npm run docs:pictures copies both`
    );
  }
  const included = new Set(app.includes.map((/** @type {{ path: string }} */ include) => include.path));
  const nested = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => path.basename(name) === 'plugin.json'
  );
  expect(
    nested.length === PLUGINS.length,
    `src has ${nested.length} plugin.json files; ${PLUGINS.length} are known here`
  );
  for (const file of nested.filter((name) => name !== 'plugin.json')) {
    expect(included.has(file), `src/plugin.json: includes must name ${file}`);
  }
  return faults;
}

/** @returns {string[]} faults of dist */
export function builtPlugin() {
  /** @type {string[]} */
  const faults = [];
  const expect = collector(faults);
  const dist = path.join(root, 'dist');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  for (const { folder, id } of PLUGINS) {
    const file = path.join(dist, folder, 'plugin.json');
    if (!existsSync(file)) {
      faults.push(`dist/${folder}/plugin.json is not there`);
      continue;
    }
    const text = readFileSync(file, 'utf8');
    expect(!/%[A-Z_]+%/.test(text), `dist/${folder}/plugin.json still has placeholders`);
    expect(
      JSON.parse(text).id === id && JSON.parse(text).info.version === version,
      `dist/${folder}/plugin.json: not ${id} ${version}`
    );
    expect(existsSync(path.join(dist, folder, 'module.js')), `dist/${folder}/module.js is not there`);
    expect(
      existsSync(path.join(dist, folder, 'module.js.map')),
      `dist/${folder}/module.js.map is not there: the catalogue asks for it`
    );
  }
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const backend = path.join(dist, DATA_SOURCE.folder);
  expect(
    existsSync(path.join(backend, `gpx_unjam_coordinator_${platform}`)),
    `dist/${DATA_SOURCE.folder} has no program for ${platform}`
  );
  expect(existsSync(path.join(dist, 'go_plugin_build_manifest')), 'dist/go_plugin_build_manifest is not there');
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    expect(existsSync(path.join(dist, name)), `dist/${name} is not there`);
  }
  return [...faults, ...weightFaults(dist)];
}

/** @param {string[]} faults */
function collector(faults) {
  return (/** @type {unknown} */ holds, /** @type {string} */ fault) => {
    if (!holds) {
      faults.push(fault);
    }
  };
}
