// @ts-check
/**
 * The turns of the dialogs that the journeys do not take: no plan at all, a request that is withdrawn or rejected, tasks
 * that a force stop leaves behind, the incident budget, a lost job that is dismissed. Each in both themes, and without
 * serious barriers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mouse } from '../e2e/lib/hands.mjs';
import { actButton, DIALOG, JobDialog, jobRow } from '../e2e/lib/job-dialog.mjs';
import { QUICK, startRig } from './rig.mjs';
import { EDDIE, openBrowser, skip, Visitor } from './visitor.mjs';

const REASON = 'It hangs, and the load must start again tonight.';
const BETTER_KNOWN = 'The team of the warehouse looks into it first.';
/** Its sink is blocked: its task goes on after a force stop. */
const LEAVES_A_TASK = 'audit-log-to-archive';
const [WITHDRAWN, REJECTED, STAYS] = ['invoices-to-warehouse', 'returns-cdc-to-lake', 'price-updates-to-search'];
/** Both may act, and one force stop within ten minutes is allowed. */
const ALONE = { ...QUICK, actions: { ...QUICK.actions, minRole: 'Editor', maxForceStops: 1 } };
const WITH_ANOTHER = { ...QUICK, actions: { ...QUICK.actions, minRole: 'Editor', secondPerson: 'force-stop' } };

describe('dialogs in the workbench', { skip }, () => {
  /** @type {import('./rig.mjs').Rig} */
  let alone;
  /** @type {import('./rig.mjs').Rig} */
  let guarded;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Visitor} */
  let ada;
  /** @type {Visitor} */
  let eddie;

  before(async () => {
    browser = await openBrowser();
    alone = await startRig('stuck-final-status-lost', ALONE, { asksWorkers: true });
    guarded = await startRig('stuck-final-status-lost', WITH_ANOTHER, { asksWorkers: true });
    const { world } = alone.simulator;
    // A cancel does not end it, and a force stop leaves its task behind.
    world.inject({ kind: 'lose-final-status', on: true });
    world.inject({ kind: 'stick-task', job: LEAVES_A_TASK });
    world.inject({ kind: 'cancel', job: LEAVES_A_TASK });
    ada = await Visitor.arrive(browser, { width: 1440, prefix: 'dialog-' });
    eddie = await Visitor.arrive(browser, { width: 1440, prefix: 'dialog-' });
  });

  after(async () => {
    await browser?.close();
    await Promise.all([alone, guarded].map((rig) => rig?.close()));
  });

  /**
   * A dialog that ada opens on the dashboard.
   * @param {import('./rig.mjs').Rig} rig
   * @param {string} job
   */
  async function forceStop(rig, job) {
    await ada.visit(rig, '/d/unjam-stuck-jobs');
    await jobRow(ada.page, job).first().waitFor();
    return new JobDialog(ada.page, mouse(ada.page), 'force-stop', job);
  }

  /**
   * Ada asks for a second person, and leaves the dialog open.
   * @param {string} job
   */
  async function requested(job) {
    const dialog = await forceStop(guarded, job);
    await dialog.open();
    await dialog.untilAllowed();
    await dialog.fill({ phrase: job, reason: REASON });
    await dialog.hand.press('button', /^Ask for approval$/);
    await dialog.box.getByRole('button', { name: /^Close, the request goes on waiting$/ }).waitFor();
    return dialog;
  }

  /**
   * Eddie opens a request that waits for him.
   * @param {import('./rig.mjs').Rig} rig
   * @param {RegExp} row
   */
  async function reviewed(rig, row) {
    await eddie.visit(rig, '', EDDIE);
    const waiting = eddie.page.getByRole('region', { name: 'Waiting approvals' });
    await waiting.getByRole('row', { name: row }).getByRole('button').click();
    return eddie.page.getByRole('dialog');
  }

  it('withdrawn: whoever asked takes the request back, with a reason, and nothing was sent', async () => {
    const dialog = await requested(WITHDRAWN);
    await dialog.hand.press('button', /^Withdraw…$/);
    await dialog.hand.write(/^Why it is withdrawn/, BETTER_KNOWN);
    await ada.look('withdraw', DIALOG);
    assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog');
    await dialog.hand.press('button', /^Withdraw request$/);
    await dialog.box.getByText(BETTER_KNOWN).waitFor();
    await ada.look('withdrawn', DIALOG);
    await dialog.leave();
    assert.deepEqual(guarded.stops(), []);
  });

  it('rejected: the second person says why, and whoever asked reads it in the open dialog', async () => {
    const dialog = await requested(REJECTED);
    const box = await reviewed(guarded, new RegExp(REJECTED));
    await mouse(eddie.page).press('button', /^Reject…$/);
    await mouse(eddie.page).write(/^Why it is rejected/, BETTER_KNOWN);
    await eddie.look('reject', DIALOG);
    await mouse(eddie.page).press('button', /^Reject request$/);
    await box.getByText(BETTER_KNOWN).waitFor();
    await eddie.look('rejected', DIALOG);
    await mouse(eddie.page).press('button', /^Close$/);
    await box.waitFor({ state: 'detached' });

    await dialog.box.getByText(BETTER_KNOWN).waitFor();
    await ada.look('rejected-told', DIALOG);
    await dialog.leave();
    assert.deepEqual(guarded.stops(), []);
  });

  it('no plan: the coordinator cannot be reached, the dialog says so, and a new plan can be made later', async () => {
    const dialog = await forceStop(guarded, STAYS);
    await ada.actionsKnown();
    const { world } = guarded.simulator;
    world.inject({ kind: 'unreachable', on: true });
    await guarded.simulator.sync();
    await dialog.hand.press('button', actButton('force-stop', STAYS));
    await dialog.box.getByRole('button', { name: /^Make a new plan$/ }).waitFor();
    assert.equal(await dialog.box.getByRole('textbox').count(), 0, 'nothing to fill in');
    await ada.look('no-plan', DIALOG);
    world.inject({ kind: 'unreachable', on: false });
    await guarded.simulator.sync();
    await dialog.hand.press('button', /^Make a new plan$/);
    await dialog.box.getByText('What it will do').waitFor();
    await dialog.leave(/^Keep waiting$/);
    assert.deepEqual(guarded.stops(), []);
  });

  it('tasks left over: the end is proven, and the dialog names the worker whose task runs on', async () => {
    const dialog = await forceStop(alone, LEAVES_A_TASK);
    await dialog.open();
    await dialog.untilAllowed();
    await ada.look('task-will-not-stop', DIALOG);
    await dialog.fill({ phrase: LEAVES_A_TASK, reason: REASON });
    await dialog.confirm();
    await dialog.ended(/^Stopped\./);
    await dialog.box
      .getByText(/^Zombie task on worker .*: \d+ threads?\.$/)
      .first()
      .waitFor();
    await ada.look('left-over', DIALOG);
    await dialog.leave();

    await ada.visit(alone, '');
    const open = ada.page.getByRole('table', { name: /tasks that may run on/ });
    await open
      .getByText(/Zombie task on worker/)
      .first()
      .waitFor();
    await ada.look('left-over-overview');
    await open.getByRole('link', { name: LEAVES_A_TASK }).click();
    await ada.page
      .getByText(/Zombie task on worker/)
      .first()
      .waitFor();
    await ada.look('left-over-job');
  });

  it('incident budget: used up, asked for, read and unlocked by a second person', async () => {
    const dialog = await forceStop(alone, STAYS);
    await dialog.open();
    assert.match(await dialog.guard('budget').innerText(), /Blocked: /);
    await ada.look('budget-used-up', DIALOG);
    await dialog.hand.press('button', /^Ask a second person for the incident budget$/);
    await dialog.hand.write(/^Reason/, REASON);
    await ada.look('budget', DIALOG);
    assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog');
    await dialog.box.getByRole('button', { name: /^Ask/ }).click();
    await dialog.box.getByRole('button', { name: /^Close, the request goes on waiting$/ }).waitFor();
    await ada.look('budget-asked', DIALOG);
    await dialog.leave(/^Close, the request goes on waiting$/);

    const box = await reviewed(alone, /incident budget/i);
    await box.getByText(REASON).first().waitFor();
    await eddie.look('budget-review', DIALOG);
    await mouse(eddie.page).press('button', /^Approve and unlock incident budget$/);
    await box
      .getByRole('button', { name: /^Close$/ })
      .last()
      .waitFor();
    await eddie.look('budget-unlocked', DIALOG);
    assert.equal(alone.stops().length, 1, 'no job is stopped by it');
  });

  it('dismiss: the dialog of a lost job, with one laid into the answer, since a job is lost after ten minutes', async () => {
    const { page } = ada;
    await page.route('**/api/ds/query*', loseJobs);
    await ada.visit(alone, '');
    const opener = page.getByRole('button', { name: /^Dismiss… / }).first();
    await opener.waitFor();
    await ada.look('lost');
    await opener.click();
    const box = page.getByRole('dialog');
    await box.getByText('What it will do').waitFor();
    const dismiss = box.getByRole('button', { name: 'Dismiss lost job' });
    assert.equal(await dismiss.isEnabled(), false, 'without a reason');
    await box.getByRole('textbox', { name: /^Reason/ }).fill(REASON);
    await ada.look('dismiss', DIALOG);
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    assert.equal(await opener.evaluate((one) => one === document.activeElement), true, 'the focus is given back');

    await opener.click();
    await box.getByRole('textbox', { name: /^Reason/ }).fill(REASON);
    await dismiss.click();
    await box.getByRole('alert').waitFor();
    await ada.look('dismiss-refused', DIALOG);

    const [row, head] = [7, '0'.repeat(64)];
    await page.route('**/dismiss', (route) => route.fulfill({ json: { auditRow: row, auditHead: head } }));
    await dismiss.click();
    await box.getByText(/^Dismissed\./).waitFor();
    await ada.look('dismissed', DIALOG);
    await mouse(page).press('button', /^Close$/);
    await box.waitFor({ state: 'detached' });
    assert.equal(alone.stops().length, 1, 'nothing is sent to the coordinator');
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('threw nothing on the way', () => {
    assert.deepEqual([...ada.faults, ...eddie.faults], []);
  });
});

/**
 * Answers as if the stuck jobs were lost: the server says so of a job ten minutes after it is no longer listed.
 * @param {import('playwright-core').Route} route
 */
async function loseJobs(route) {
  const answer = await route.fetch();
  const body = await answer.json();
  const { stuck, lost } = body.results ?? {};
  if (stuck && lost) {
    lost.frames = structuredClone(stuck.frames);
    for (const { schema, data } of lost.frames) {
      schema.refId = 'lost';
      const state = schema.fields.findIndex((/** @type {{ name: string }} */ { name }) => name === 'state');
      data.values[state] = data.values[state].map(() => 'lost');
    }
  }
  return route.fulfill({ response: answer, json: body });
}
