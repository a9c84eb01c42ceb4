// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barriers } from '../lib/barriers.mjs';
import { jobRow } from '../lib/job-dialog.mjs';
import { picture } from '../lib/pictures.mjs';
import { ORDERS_NAME, REASON } from '../lib/stage.mjs';

const PANEL = '[data-testid="data-testid Panel header Stuck on their way to an end"]';
/** What Grafana leaves to a page of an app. */
const PAGE = '#pageContent';

/**
 * Panel and overview while both jobs hang. The cancels are being verified meanwhile, so this costs no time.
 * @param {import('../lib/stage.mjs').Stage} stage
 * @param {string | undefined} noBrowser why there is none
 */
export function looks(stage, noBrowser) {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`S08 S09 in the browser: the overview, ${theme}, without serious barriers`, { skip: noBrowser }, async () => {
      stage.needsCanceled();
      const { page, close } = await stage.adasPage(theme, 'overview');
      const card = page.getByRole('region', { name: 'Unjam: SeaTunnel' });
      await card.getByText('Reachable').waitFor();
      assert.match(await card.locator('dt:text-is("Version") + dd').innerText(), /^2\.3\.8, REST v1$/);
      assert.match(await card.locator('dt:text-is("Master") + dd').innerText(), /:\d+$/);
      for (const { id } of [stage.nasty, stage.orders]) {
        const row = jobRow(page, id);
        await row.waitFor();
        // Its beginning was seen.
        assert.match(await row.innerText(), /CANCELING[^]*\d s\s+since 2/);
      }
      const actions = page.getByRole('table', { name: /^Latest actions/ });
      const sent = new RegExp(`^Cancel job ${ORDERS_NAME} ${stage.orders.id} .* Sent(;|,) .* ada `);
      await actions.getByRole('row', { name: sent }).waitFor();
      assert.ok(!(await page.locator(PAGE).innerText()).includes(REASON), 'reasons are told by the audit trail alone');
      await staysInert(page);
      await picture(page, `grafana/overview-${theme}`);
      assert.deepEqual(await barriers(page, PAGE), []);
      await close();
    });
  }

  // Later, so that the buttons can be used.
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`S08 S09 in the browser: the panel, ${theme}, without serious barriers`, { skip: noBrowser }, async () => {
      stage.needsCanceled();
      const { page, close } = await stage.adasPage(theme, 'dashboard');
      await page.getByRole('cell', { name: stage.orders.id, exact: true }).waitFor();
      const panel = page.locator(PANEL);
      assert.ok((await panel.innerText()).includes(stage.nasty.id), 'every digit of the id');
      assert.equal(await panel.locator('img').count(), 0);
      await staysInert(page);
      await picture(page, `grafana/panel-${theme}`);
      assert.deepEqual(await barriers(page, PANEL), []);
      await close();
    });
  }
}

/** @param {import('playwright-core').Page} page */
async function staysInert(page) {
  assert.equal(await page.evaluate(() => 'unjamWasHere' in window), false, 'the name was taken for HTML');
}
