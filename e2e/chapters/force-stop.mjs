// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barriers, picture, tabTo } from '../lib/page.mjs';
import { ORDERS_NAME, PAGE_BOUND_MS, REASON } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

const PANEL = '[data-testid="data-testid Panel header Stuck jobs"]';
const DIALOG = '[role=dialog]';

/**
 * One of the jobs is force-stopped, in the browser where there is one. All force stops here are the test back-port's.
 * @param {import('../lib/stage.mjs').Stage} stage
 * @param {string | undefined} noBrowser why there is none
 */
export function forceStop(stage, noBrowser) {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`S08 S09 in the browser: the panel, ${theme}, without serious barriers`, { skip: noBrowser }, async () => {
      const { page, close } = await stage.adasDashboard(theme);
      await page.getByRole('cell', { name: stage.orders.id, exact: true }).waitFor({ timeout: PAGE_BOUND_MS });
      const panel = page.locator(PANEL);
      assert.ok((await panel.innerText()).includes(stage.nasty.id), 'every digit of the id');
      assert.equal(await panel.locator('img').count(), 0);
      assert.equal(await page.evaluate(() => 'unjamWasHere' in window), false, 'the name was taken for HTML');
      await picture(page, `panel-${theme}`);
      assert.deepEqual(await barriers(page, PANEL), []);
      await close();
    });

    test(
      `in the browser: the plan of a force stop, ${theme}, without serious barriers`,
      { skip: noBrowser },
      async () => {
        await stage.allowed('force-stop', stage.orders.id);
        const { page, close } = await stage.adasDashboard(theme);
        const button = page.getByRole('button', { name: buttonOf(stage.orders.id) });
        await button.click({ timeout: PAGE_BOUND_MS });
        const dialog = page.locator(DIALOG);
        await dialog.getByText('What it will do').waitFor({ timeout: PAGE_BOUND_MS });
        await picture(page, `dialog-${theme}`);
        assert.deepEqual(await barriers(page, DIALOG), []);
        await close();
      }
    );
  }

  test('in the browser: force stop by keyboard alone, until the end is proven', { skip: noBrowser }, async () => {
    await stage.allowed('force-stop', stage.orders.id);
    const { page, close } = await stage.adasDashboard('dark');
    const dialog = page.locator(DIALOG);
    await page.getByRole('button', { name: buttonOf(stage.orders.id) }).waitFor({ timeout: PAGE_BOUND_MS });
    await tabTo(page, 'button', buttonOf(stage.orders.id));
    await page.keyboard.press('Enter');
    await dialog.getByText('What it will do').waitFor({ timeout: PAGE_BOUND_MS });
    for (let unread = await dialog.getByRole('checkbox').count(); unread > 0; unread--) {
      await tabTo(page, 'checkbox', /I have read this warning/, { checked: false });
      await page.keyboard.press('Space');
    }
    await tabTo(page, 'textbox', /^Phrase/);
    await page.keyboard.type(ORDERS_NAME);
    await tabTo(page, 'textbox', /^Reason/);
    await page.keyboard.type(REASON);
    await tabTo(page, 'button', /^Force stop job$/);
    await picture(page, 'dialog-filled-dark');
    await page.keyboard.press('Enter');
    await dialog
      .getByText(/^Stopped\./)
      .first()
      .waitFor({ timeout: PAGE_BOUND_MS });
    await picture(page, 'outcome-dark');
    assert.deepEqual(await barriers(page, DIALOG), []);
    await tabTo(page, 'button', /^Close$/);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('cell', { name: stage.orders.id, exact: true });
    await row.waitFor({ state: 'detached', timeout: PAGE_BOUND_MS });
    await close();
  });

  test('a force stop over the resource API', { skip: noBrowser ? undefined : 'done in the browser' }, async () => {
    const action = await stage.unjam.confirm(await stage.allowed('force-stop', stage.orders.id), REASON);
    assert.equal((await stage.unjam.settled(action.id)).outcome, 'stopped');
  });

  test('the end is proven and audited, and the chain of the trail holds (test back-port of force stop)', async () => {
    const { unjam, orders } = stage;
    const finished = await fetch(`${stage.coordinator.url}/hazelcast/rest/maps/finished-jobs/CANCELED`);
    assert.ok((await finished.text()).includes(orders.id), 'the coordinator lists the job as CANCELED');
    await until(
      'the job is gone from the list',
      30_000,
      async () => (await unjam.jobs({ jobId: orders.id })).length === 0
    );
    const rows = (await unjam.audit()).filter((row) => row.jobId === orders.id && row.kind === 'force-stop');
    const outcome = rows.find((row) => row.event === 'outcome');
    assert.equal(outcome?.outcome, 'stopped');
    const intent = rows.find((row) => row.event === 'intent' && row.actionId === outcome.actionId);
    const { login, role, reason, jobName, identity, verdicts } = intent;
    assert.deepEqual(
      { login, role, reason, jobName, jobId: identity.jobId, state: identity.state },
      { login: 'ada', role: 'Admin', reason: REASON, jobName: ORDERS_NAME, jobId: orders.id, state: 'canceling' }
    );
    assert.ok(verdicts.length > 0, 'verdicts');
    assert.ok(intent.request, 'the request');
    assert.ok(rows.find((row) => row.event === 'answer')?.answer, 'the answer');
    const forced = stage.stops().filter((entry) => JSON.parse(entry.body).force === true);
    assert.deepEqual(
      forced.map((entry) => JSON.parse(entry.body).jobId),
      [orders.id],
      'one request'
    );
    const chain = await unjam.verifyAudit();
    assert.equal(chain.holds, true, chain.detail);
    assert.ok(chain.rows >= rows.length);
  });
}

/** @param {string} id */
function buttonOf(id) {
  return new RegExp(`^Force stop job… ${ORDERS_NAME} ${id}$`);
}
