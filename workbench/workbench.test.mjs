// @ts-check
/** The workbench in a browser, on a simulated coordinator: that the host of the pages is wired. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { QUICK, startRig } from './rig.mjs';
import { openBrowser, skip, VERA, Visitor } from './visitor.mjs';

const STUCK = /invoices-to-warehouse/;

describe('the workbench in a browser', { skip }, () => {
  /** @type {import('./rig.mjs').Rig} */
  let rig;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Visitor} */
  let visitor;
  /** @type {import('playwright-core').Page} */
  let page;

  before(async () => {
    browser = await openBrowser();
    rig = await startRig('stuck-final-status-lost', QUICK);
    visitor = await Visitor.arrive(browser);
    ({ page } = visitor);
  });

  after(async () => {
    await browser?.close();
    await rig?.close();
  });

  /** @param {string} who as the switch names him */
  async function signIn(who) {
    await Promise.all([page.waitForEvent('load'), page.getByRole('radio', { name: who }).click()]);
  }

  it('says what it is and what it is not', async () => {
    await page.goto(rig.url);
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
    await page.goto(`${rig.url}/d/unjam-stuck-jobs`);
    const row = page.getByRole('row', { name: STUCK }).first();
    const button = row.getByRole('button', { name: /^Cancel job/ });
    await button.waitFor();
    await signIn(VERA);
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
    assert.deepEqual(visitor.faults, []);
  });
});
