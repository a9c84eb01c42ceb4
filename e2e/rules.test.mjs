// @ts-check
/**
 * The shipped alert rules and the example of a notification policy, in a Grafana of their own and on the simulator: what
 * is shown is between Unjam and Grafana.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { rules } from './chapters/rules.mjs';
import { findGrafana, startGrafana } from './grafana.mjs';

const { found, reason } = findGrafana();
/** Nobody listens: the provisioned data source is not what this is about. */
const NOBODY = 'http://127.0.0.1:9';
const EXAMPLE = new URL('../provisioning/examples/notification-policy.yaml', import.meta.url);

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => process.exit(1));
}

describe('Alert rules in a real Grafana', { skip: found ? false : `no Grafana was found: ${reason}` }, () => {
  /** @type {import('./grafana.mjs').Running | undefined} */
  let grafana;
  const stage = {
    get admin() {
      if (!grafana) {
        throw new Error('Grafana did not start; see the first failure.');
      }
      return grafana.admin;
    },
  };
  before(async () => {
    if (found) {
      grafana = await startGrafana(found, {
        coordinatorUrl: NOBODY,
        workerUrl: NOBODY,
        provision: { 'alerting/notification-policy.yaml': readFileSync(EXAMPLE, 'utf8') },
      });
      console.log(`The Grafana: ${grafana.about}.`);
    }
  });
  after(() => grafana?.stop());

  test('the example of a notification policy is loaded, and is the tree then', async () => {
    const [example] = parse(readFileSync(EXAMPLE, 'utf8')).policies;
    const tree = await stage.admin.json('GET', '/api/v1/provisioning/policies');
    assert.equal(tree.receiver, example.receiver);
    assert.deepEqual(tree.routes[0].group_by, ['cluster', 'alertname']);
    assert.deepEqual(
      tree.routes[0].routes.map((/** @type {any} */ route) => [route.receiver, route.mute_time_intervals]),
      [
        ['unjam-on-call', undefined],
        ['unjam-on-call', ['unjam-maintenance']],
        ['unjam-mail', ['unjam-maintenance']],
      ]
    );
    const mutes = await stage.admin.json('GET', '/api/v1/provisioning/mute-timings');
    assert.deepEqual(
      mutes.map((/** @type {any} */ { name }) => name),
      ['unjam-maintenance']
    );
  });

  rules(stage);
});
