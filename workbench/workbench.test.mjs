// @ts-check
/** The workbench in a browser, on a simulated coordinator: that the host of the pages is wired. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findBrowser, startBrowser } from '../e2e/browser.mjs';
import { buildWorkbench } from '../scripts/demo/build.mjs';
import { startSimulator } from '../simulator/simulator.mjs';
import { buildBackend, startWorkbench } from './backend.mjs';

const browserFound = findBrowser();
const skip = browserFound.path === null ? browserFound.reason : false;
/** Ages that a test can wait for. Seconds. */
const SETTINGS = { pollIntervalSeconds: 2, actions: { masterSettleSeconds: 10, minCancelingAgeSeconds: 30 } };
const STUCK = /invoices-to-warehouse/;
/** A busy machine builds, starts and draws slowly. Milliseconds. */
const PATIENCE_MS = 60_000;

describe('the workbench in a browser', { skip }, () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  /** @type {import('./backend.mjs').Workbench} */
  let workbench;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {string[]} */
  const faults = [];

  before(async () => {
    await buildWorkbench();
    await buildBackend();
    simulator = await startSimulator({ scenario: 'stuck-final-status-lost' });
    const masters = simulator.members.filter(({ role }) => role === 'master').map(({ restV2 }) => restV2);
    workbench = await startWorkbench(['--coordinator', masters.join(','), '--json-data', JSON.stringify(SETTINGS)]);
    browser = await startBrowser(browserFound.path ?? '');
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  });

  after(async () => {
    await browser?.close();
    await workbench?.stop();
    await simulator?.stop();
  });

  /** @param {string} who as the switch names him */
  async function signIn(who) {
    await Promise.all([page.waitForEvent('load'), page.getByRole('radio', { name: who }).click()]);
  }

  it('says what it is and what it is not', async () => {
    await page.goto(workbench.url);
    await page.getByText('roles here are a switch').waitFor();
    assert.match(page.url(), /\/a\/unjam-jobs-app$/);
  });

  it("shows the app's own overview", async () => {
    await page.getByRole('heading', { name: 'Unjam: SeaTunnel' }).waitFor();
    await page.getByText('3.0.0, REST v2').first().waitFor();
  });

  it('shows the stuck jobs in the panel, and opens the dialog with a plan of the server', async () => {
    await page.getByRole('link', { name: 'Dashboard', exact: true }).click();
    const row = page.getByRole('row', { name: STUCK }).first();
    await row.waitFor();
    await row.getByRole('button', { name: /^Cancel job/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What it will do').waitFor();
    await dialog.getByRole('button', { name: 'Keep waiting' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('asks a query of the real editor', async () => {
    await page.getByRole('link', { name: 'Explore', exact: true }).click();
    await page.getByRole('radio', { name: 'Metric' }).click();
    await page
      .getByRole('columnheader', { name: /canceling/i })
      .first()
      .waitFor();
  });

  it("shows a data source's settings and its health", async () => {
    await page.getByRole('navigation', { name: 'Workbench' }).getByRole('link', { name: 'Unjam: SeaTunnel' }).click();
    await page.getByText(/SeaTunnel 3\.0\.0 over REST v2/).waitFor();
    await page.getByText('Master addresses', { exact: true }).waitFor();
  });

  it('lets the switch reach the buttons: a Viewer may not, and nobody has none', async () => {
    await page.goto(`${workbench.url}/d/unjam-stuck-jobs`);
    const row = page.getByRole('row', { name: STUCK }).first();
    const button = row.getByRole('button', { name: /^Cancel job/ });
    await button.waitFor();
    await signIn('vera (Viewer)');
    await button.waitFor();
    await row.getByRole('button', { name: /^Cancel job/, disabled: true }).waitFor();
    await signIn('nobody');
    await row.waitFor();
    assert.equal(await button.count(), 0);
  });

  it('changes its theme without being loaded anew', async () => {
    const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await colour();
    await page.getByRole('radio', { name: 'Light' }).click();
    assert.notEqual(await colour(), before);
  });

  it('threw nothing on the way', () => {
    assert.deepEqual(faults, []);
  });
});
