// @ts-check
/** The provisioned dashboards, without a Grafana: what each names is there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../lib/children.mjs';
import { pluginIds } from '../lib/plugin-files.mjs';
import { CLOVER_DASHBOARD_UID, cloverSource } from './clover.mjs';

/** Grafana's own panels on them. */
const GRAFANA_PANELS = ['stat', 'table'];
/** What each query of a type must have; beside refId, datasource, queryType and schemaVersion. */
const QUERY_TYPES = /** @type {Record<string, string>} */ ({
  jobs: 'unjam-stuckjobs-panel',
  delivery: 'unjam-delivery-panel',
});
/** The states of a job that is not at its end. */
const OPEN_STATES = ['pending', 'running', 'savepointing', 'canceling', 'failing', 'lost', 'unknown'];

/**
 * @typedef {{ queryType: string, schemaVersion: number, metric?: string, states?: string[], stuckOnly?: boolean, datasource: object }} Target
 * @typedef {{ id: number, type: string, title: string, gridPos: { x: number, y: number, w: number, h: number }, datasource: object, targets: Target[] }} Panel
 * @typedef {{ uid: string, tags: string[], panels: Panel[], templating: { list: Array<{ name: string, current: { value: string } }> } }} Dashboard
 */

/** @param {string} file below provisioning */
function read(file) {
  return readFileSync(path.join(root, 'provisioning', file), 'utf8');
}

/** @type {Array<{ name: string, board: Dashboard }>} */
const dashboards = ['dashboards/stuck-jobs.json', `cloverdx/dashboards/${CLOVER_DASHBOARD_UID}.json`].map((name) => ({
  name,
  board: JSON.parse(read(name)),
}));
/** @type {Array<{ name: string }>} */
const metrics = JSON.parse(readFileSync(path.join(root, 'src', 'model', 'metrics.json'), 'utf8'));

for (const { name, board } of dashboards) {
  describe(name, () => {
    test('its panels are known, ask its own data source what their kind shows, and do not overlap', () => {
      const ours = { type: 'unjam-coordinator-datasource', uid: '${ds}' };
      for (const { type, title, datasource, targets } of board.panels) {
        assert.ok([...GRAFANA_PANELS, ...pluginIds()].includes(type), `${title}: ${type}`);
        for (const target of targets) {
          assert.deepEqual([datasource, target.datasource, target.schemaVersion], [ours, ours, 1], title);
          assert.ok(GRAFANA_PANELS.includes(type) || QUERY_TYPES[target.queryType] === type, title);
          assert.ok(
            target.queryType !== 'metric' || metrics.some((metric) => metric.name === target.metric),
            `${title}: ${target.metric}`
          );
        }
      }
      const places = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`)
      );
      assert.equal(new Set(places).size, places.length);
      assert.equal(new Set(board.panels.map(({ id }) => id)).size, board.panels.length);
    });

    test('its variables have the names that links use, and it is found by its tag', () => {
      assert.deepEqual(
        board.templating.list.map((variable) => variable.name),
        ['ds', 'job']
      );
      assert.deepEqual(board.tags, ['unjam']);
    });

    test('no open job is missing on it, and a parent that hangs while it runs is among the stuck', () => {
      const targets = board.panels.flatMap((panel) => panel.targets).filter(({ queryType }) => queryType === 'jobs');
      const all = new Set(targets.filter(({ stuckOnly }) => !stuckOnly).flatMap(({ states = [] }) => states));
      assert.deepEqual([...all].sort(), OPEN_STATES.toSorted());
      const stuck = targets.filter(({ stuckOnly }) => stuckOnly);
      assert.ok(stuck.some(({ states }) => states === undefined || states.includes('running')));
    });
  });
}

test('the one for CloverDX shows the provisioned CloverDX', () => {
  const board = dashboards.find((one) => one.board.uid === CLOVER_DASHBOARD_UID)?.board;
  assert.equal(board?.templating.list[0]?.current.value, cloverSource('http://127.0.0.1:8083').uid);
});

test('grafana.ini allows every plugin', () => {
  const allowed = /^allow_loading_unsigned_plugins = (.*)$/m.exec(read('grafana.ini'))?.[1]?.split(',');
  assert.deepEqual(allowed, pluginIds());
});
