// @ts-check
/**
 * The whole way, in a real Grafana with the repository's provisioning and a real SeaTunnel: a job is canceled, hangs in
 * CANCELING, is seen, alerted on, and force-stopped. The chapters are one story and run in this order.
 */
import { after, before, describe } from 'node:test';
import { findBrowser } from './browser.mjs';
import { access } from './chapters/access.mjs';
import { alerting } from './chapters/alerting.mjs';
import { cancel } from './chapters/cancel.mjs';
import { forceStop } from './chapters/force-stop.mjs';
import { looks } from './chapters/looks.mjs';
import { provisioned } from './chapters/provisioned.mjs';
import { stuck, unconfirmed } from './chapters/stuck.mjs';
import { findGrafana } from './grafana.mjs';
import { Stage } from './lib/stage.mjs';

const { found, reason } = findGrafana();
const noUI = found && !found.hasUI ? 'this Grafana was built without its browser part' : undefined;
const noBrowser = findBrowser().reason ?? noUI;

// Ending at once is enough: the keeper of Grafana and the watchdog of the engine clean up when we are gone.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => process.exit(1));
}

describe('The journey', { skip: found ? false : `no Grafana was found: ${reason}` }, () => {
  const stage = new Stage();
  before(() => found && stage.open(found));
  after(() => stage.close());

  provisioned(stage);
  access(stage);
  cancel(stage, noBrowser);
  stuck(stage, noBrowser);
  looks(stage, noBrowser);
  unconfirmed(stage);
  forceStop(stage, noBrowser);
  alerting(stage);
});
