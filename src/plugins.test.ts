import { existsSync, readdirSync, readFileSync } from 'fs';
import path from 'path';

import { COORDINATOR_TYPE } from './model/plugins';
import app from './plugin.json';
import datasource from './datasource/plugin.json';
import delivery from './panels/delivery/plugin.json';
import panel from './panels/stuck-jobs/plugin.json';

const PLUGINS = [
  { folder: '.', plugin: app },
  { folder: 'datasource', plugin: datasource },
  { folder: 'panels/stuck-jobs', plugin: panel },
  { folder: 'panels/delivery', plugin: delivery },
];

describe('the plugins', () => {
  it('have the ids that everything else names', () => {
    expect(PLUGINS.map(({ plugin }) => plugin.id)).toEqual([
      'unjam-jobs-app',
      COORDINATOR_TYPE,
      'unjam-stuckjobs-panel',
      'unjam-delivery-panel',
    ]);
  });

  it.each(PLUGINS)('$folder has its logo, and runs on Grafana 12.4', ({ folder, plugin }) => {
    const { small, large } = plugin.info.logos;
    for (const logo of [small, large]) {
      expect(existsSync(path.join(__dirname, folder, logo))).toBe(true);
    }
    expect(plugin.dependencies.grafanaDependency).toBe('>=12.4.0');
  });

  it('that are nested are named by the app', () => {
    const paths = app.includes.map((include) => ('path' in include ? include.path : ''));
    expect(paths).toEqual(expect.arrayContaining(PLUGINS.slice(1).map(({ folder }) => `${folder}/plugin.json`)));
  });

  it('bring dashboards that are there and ask for their data source', () => {
    const dashboards = app.includes.filter(({ type }) => type === 'dashboard');
    for (const { name, path: file } of dashboards) {
      const dashboard = JSON.parse(readFileSync(path.join(__dirname, file ?? ''), 'utf8'));
      expect(dashboard.title).toBe(name);
      // A uid of one Grafana is none of another; and no person must be asked while an app is switched on.
      expect(dashboard).not.toHaveProperty('__inputs');
      expect(JSON.stringify(dashboard.panels)).not.toMatch(/"uid":"(?!\$\{|-- )/);
    }
    const files = existsSync(path.join(__dirname, 'dashboards')) ? readdirSync(path.join(__dirname, 'dashboards')) : [];
    const json = files.filter((file) => file.endsWith('.json')).map((file) => `dashboards/${file}`);
    expect(dashboards.map(({ path: file }) => file).sort()).toEqual(json.sort());
  });

  // With an executable in the app, the SDK's build would look for the backend there.
  it('have one backend, in the data source', () => {
    expect(app).not.toHaveProperty('executable');
    expect(app).not.toHaveProperty('backend');
    expect(datasource).toMatchObject({ backend: true, executable: 'gpx_unjam_coordinator', alerting: true });
  });

  // Routes would make Grafana send requests to the coordinator past all guards (S44).
  it('S44: have no routes through Grafana', () => {
    for (const { plugin } of PLUGINS) {
      expect(plugin).not.toHaveProperty('routes');
    }
  });
});
