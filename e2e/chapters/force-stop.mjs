// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barriers } from '../lib/barriers.mjs';
import { keyboard, mouse, tabTo } from '../lib/hands.mjs';
import { DIALOG, JobDialog } from '../lib/job-dialog.mjs';
import { picture } from '../lib/pictures.mjs';
import { NASTY_NAME, ORDERS_NAME, REASON } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

/**
 * One of the jobs is force-stopped, in the browser where there is one. All force stops here are the test back-port's.
 * @param {import('../lib/stage.mjs').Stage} stage
 * @param {string | undefined} noBrowser why there is none
 */
export function forceStop(stage, noBrowser) {
  // At once: after three minutes the shipped rule would fire for this job as well.
  test('in the browser: force stop by keyboard alone, until the end is proven', { skip: noBrowser }, async () => {
    await stage.allowed('force-stop', stage.orders.id);
    const { page, close } = await stage.adasPage('dark', 'dashboard');
    const dialog = new JobDialog(page, keyboard(page), 'force-stop', `${ORDERS_NAME} ${stage.orders.id}`);
    await dialog.open();
    await dialog.fill({ phrase: ORDERS_NAME, reason: REASON });
    await tabTo(page, 'button', /^Force stop job$/);
    await picture(page, 'grafana/force-stop-filled-dark');
    await dialog.confirm();
    await dialog.ended(/^Stopped\./);
    await picture(page, 'grafana/force-stop-outcome-dark');
    assert.deepEqual(await barriers(page, DIALOG), []);
    assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog');
    await dialog.leave();
    const row = page.getByRole('cell', { name: stage.orders.id, exact: true });
    await row.waitFor({ state: 'detached' });
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

  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(
      `S09 in the browser: the plan of a force stop, ${theme}, without serious barriers`,
      { skip: noBrowser },
      async () => {
        const { id } = stage.nasty;
        await stage.allowed('force-stop', id);
        const { page, close } = await stage.adasPage(theme, 'dashboard');
        await new JobDialog(page, mouse(page), 'force-stop', `${NASTY_NAME} ${id}`).open();
        assert.equal(await page.evaluate(() => 'unjamWasHere' in window), false, 'the name was taken for HTML');
        await picture(page, `grafana/force-stop-plan-${theme}`);
        assert.deepEqual(await barriers(page, DIALOG), []);
        await close();
      }
    );
  }
}
