// @ts-check
/**
 * The journeys on the app's pages in a real Grafana, by people with different roles and in both themes, on the simulators:
 * set up, understand, second person, audit, be alerted. They are one story and run in this order; the alert ripens
 * meanwhile.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findBrowser } from './browser.mjs';
import { alerted } from './chapters/alerted.mjs';
import { deadline } from './chapters/deadline.mjs';
import { secondPerson } from './chapters/second-person.mjs';
import { setUp } from './chapters/set-up.mjs';
import { findGrafana } from './grafana.mjs';
import { NightStage } from './lib/night-stage.mjs';

/** @returns {string | undefined} */
function missing() {
  const { found, reason } = findGrafana();
  if (!found) {
    return `no Grafana was found: ${reason}`;
  }
  if (found.kind === 'url') {
    return 'GRAFANA_URL is set, and the provisioning of that Grafana is out of reach';
  }
  return findBrowser().reason ?? (found.hasUI ? undefined : 'this Grafana was built without its browser part');
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => process.exit(1));
}

describe("The app's pages in a real Grafana", { skip: missing() }, () => {
  const stage = new NightStage();
  before(async () => {
    const { found } = findGrafana();
    if (found) {
      await stage.open(found);
    }
  });
  after(() => stage.close());

  setUp(stage);
  deadline(stage);
  secondPerson(stage);
  alerted(stage);

  test('threw nothing on the way', () => {
    assert.deepEqual(stage.faults.flat(), []);
  });
});
