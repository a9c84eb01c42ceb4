// @ts-check
/**
 * What people come for, in the workbench and on a simulated cluster: see a stuck job, cancel one, force-stop one by
 * keyboard alone, and be refused. In both themes, with a picture of every state and without serious barriers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { keyboard, mouse, tabTo } from '../e2e/lib/hands.mjs';
import { actButton, DIALOG, JobDialog, jobRow } from '../e2e/lib/job-dialog.mjs';
import { ask } from './ask.mjs';
import { QUICK, startRig } from './rig.mjs';
import { ADA, EDDIE, openBrowser, skip, VERA, Visitor } from './visitor.mjs';

const REASON = 'It hangs, and the load must start again tonight.';
/** As an operator would have it: nobody waits for the end of it here. Seconds. */
const PATIENT = { ...QUICK, actions: { masterSettleSeconds: 600, minCancelingAgeSeconds: 600 } };
const OLD_VERSION = '2.3.13';
/** Has the form of an action's id, and is none. */
const NO_ACTION = '0123456789abcdef0123456789abcdef';
/** The simulator answers a stop so late that the way of the request can be seen. Milliseconds. */
const SLOW_STOP_MS = 4_000;
/** A blocked guard that knows a time says it, by the clock and as a wait. */
const ALLOWED_FROM = /^Blocked: [^]*Allowed from 2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d: in \d min \d\d s$/;
/** What is shown was read, answered and drawn a little earlier. Seconds. */
const SLACK_SECONDS = 5;

/** Each theme has its own jobs: what was stopped stays stopped. */
const STORIES = /** @type {const} */ ([
  { theme: 'dark', runs: 'orders-cdc-to-lake', hangs: 'invoices-to-warehouse' },
  { theme: 'light', runs: 'inventory-to-search', hangs: 'returns-cdc-to-lake' },
]);
/** Nobody ends this one. */
const STAYS = 'price-updates-to-search';

describe('journeys in the workbench', { skip }, () => {
  /** @type {import('./rig.mjs').Rig} */
  let quick;
  /** @type {import('./rig.mjs').Rig} */
  let patient;
  /** @type {import('./rig.mjs').Rig} */
  let old;
  /** @type {import('playwright-core').Browser} */
  let browser;

  before(async () => {
    browser = await openBrowser();
    quick = await startRig('stuck-final-status-lost', QUICK, { asksWorkers: true });
    patient = await startRig('stuck-final-status-lost', PATIENT);
    old = await startRig('old-version', QUICK);
  });

  after(async () => {
    await browser?.close();
    await Promise.all([quick, patient, old].map((rig) => rig?.close()));
  });

  for (const { theme, runs, hangs } of STORIES) {
    describe(`in the ${theme} theme`, () => {
      /** @type {Visitor} */
      let visitor;
      /** @type {import('playwright-core').Page} */
      let page;

      before(async () => {
        visitor = await Visitor.arrive(browser, { width: 1440, themes: [theme] });
        ({ page } = visitor);
      });
      after(() => visitor?.leave());

      /**
       * @param {import('./rig.mjs').Rig} rig
       * @param {'overview' | 'dashboard'} place
       * @param {string} [who]
       */
      async function visit(rig, place, who = ADA) {
        await visitor.visit(rig, place === 'overview' ? '' : '/d/unjam-stuck-jobs', who);
        await jobRow(page, STAYS).first().waitFor();
      }

      it('see: since when a job is stuck, how well that is known, and who is master, on the overview', async () => {
        await visit(quick, 'overview');
        const card = page.getByRole('region', { name: 'Unjam: SeaTunnel' });
        await card.getByText('Reachable').waitFor();
        const { hazelcastPort, host } = activeMaster(quick);
        assert.equal(await card.locator('dt:text-is("Master") + dd').innerText(), `${host}:${hazelcastPort}`);
        assert.match(await card.locator('dt:text-is("Oldest CANCELING") + dd').innerText(), /^≥ .*\(\d{18,}\)$/);
        await seesAge(jobRow(page, STAYS));
        await page.getByRole('table', { name: /^Stuck jobs/ }).waitFor();
        await visitor.look('overview', undefined, page.locator('main'));
      });

      it('see: the same in the panel of stuck jobs', async () => {
        await visit(quick, 'dashboard');
        await seesAge(jobRow(page, STAYS));
        await visitor.actionsKnown();
        await visitor.look('panel');
      });

      for (const [who, role] of [
        [VERA, 'Viewer'],
        [EDDIE, 'Editor'],
      ]) {
        it(`refused: ${role}, who sees why the buttons are off, and whose direct call is forbidden`, async () => {
          const earlier = quick.stops().length;
          await visit(quick, 'dashboard', who);
          await visitor.actionsKnown();
          for (const kind of /** @type {const} */ (['cancel', 'force-stop'])) {
            const button = page.getByRole('button', { name: actButton(kind, STAYS), disabled: true });
            assert.match((await button.getAttribute('aria-label')) ?? '', /Not possible: .*Admin/);
            await button.hover();
            await page.getByRole('tooltip').filter({ hasText: 'Admin' }).waitFor();
            const jobId = idOf(quick, STAYS);
            assert.equal((await ask(page, 'POST', 'actions', { action: kind, jobId }, kind)).status, 403);
            const confirmation = { phrase: STAYS, reason: REASON, acknowledged: [] };
            const confirmed = await ask(page, 'POST', `actions/${NO_ACTION}/confirm`, confirmation, kind);
            assert.equal(confirmed.status, 403);
          }
          await visitor.look(`refused-${role.toLowerCase()}`);
          await visit(quick, 'overview', who);
          await visitor.look(`overview-${role.toLowerCase()}`);
          assert.equal(quick.stops().length, earlier, 'no stop request reached the cluster');
        });
      }

      it('refused: too early, with the time from which it is allowed', async () => {
        await visit(patient, 'dashboard');
        await visitor.actionsKnown();
        const button = page.getByRole('button', { name: actButton('force-stop', STAYS), disabled: true });
        assert.match((await button.getAttribute('aria-label')) ?? '', /force stop is allowed after 10 min/);
        const dialog = new JobDialog(page, mouse(page), 'cancel', STAYS);
        await dialog.open();
        assert.match(await dialog.guard('master-stable').innerText(), ALLOWED_FROM);
        assert.equal(await dialog.confirmButton.isEnabled(), false);
        assert.equal(await dialog.box.getByRole('textbox').count(), 0, 'nothing to fill in');
        await visitor.look('blocked', DIALOG);
        await dialog.leave(/^Keep waiting$/);

        const age = await refusesDirectly(patient, 'canceling-age');
        assert.ok(Date.parse(age.allowedFrom) > Date.now() + 60_000, `allowed from ${age.allowedFrom}`);
      });

      it('refused: an engine that is too old, with the reason and its version', async () => {
        await visit(old, 'dashboard');
        await visitor.actionsKnown();
        const button = page.getByRole('button', { name: actButton('force-stop', STAYS), disabled: true });
        assert.ok((await button.getAttribute('aria-label'))?.includes(OLD_VERSION), 'the button names the version');
        await button.hover();
        await page.getByRole('tooltip').filter({ hasText: OLD_VERSION }).waitFor();
        await visitor.look('old-version');
        await page
          .getByRole('button', { name: actButton('cancel', STAYS), disabled: false })
          .first()
          .waitFor();

        assert.ok((await refusesDirectly(old, 'supported')).reason.includes(OLD_VERSION), 'the plan names the version');
      });

      it('cancel: plan, phrase, reason, and the proven end of a running job', async () => {
        const earlier = quick.stops().length;
        const id = idOf(quick, runs);
        await visit(quick, 'dashboard');
        const dialog = new JobDialog(page, mouse(page), 'cancel', runs);
        await dialog.open();
        await dialog.untilAllowed();
        await visitor.look('cancel-plan', DIALOG);
        await dialog.fill({ phrase: 'something else', reason: REASON });
        assert.equal(await dialog.confirmButton.isEnabled(), false, 'with the wrong phrase');
        await dialog.fill({ phrase: runs, reason: 'too short' });
        assert.equal(await dialog.confirmButton.isEnabled(), false, 'with too short a reason');
        assert.equal(quick.stops().length, earlier, 'nothing is sent before the confirmation');
        await dialog.fill({ phrase: runs, reason: REASON });
        await dialog.confirm();
        await dialog.ended(/^Stopped\./);
        await visitor.look('cancel-outcome', DIALOG);
        await dialog.leave();
        assert.deepEqual(quick.stops().slice(earlier), [{ jobId: id, isStopWithSavePoint: false }]);
        assert.equal(quick.simulator.world.settle().jobs.find(id)?.status, 'CANCELED');
      });

      it('force stop: by keyboard alone, from the button to the proven end', async () => {
        const earlier = quick.stops().length;
        const id = idOf(quick, hangs);
        await visit(quick, 'dashboard');
        const dialog = new JobDialog(page, keyboard(page), 'force-stop', hangs);
        await dialog.open();
        assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog with the plan');
        await page.keyboard.press('Escape');
        await dialog.box.waitFor({ state: 'detached' });
        const opener = page.getByRole('button', { name: actButton('force-stop', hangs) });
        assert.equal(await hasFocus(opener), true, 'the focus is given back');

        await dialog.open();
        await dialog.untilAllowed();
        await visitor.look('force-stop-plan', DIALOG);
        await dialog.fill({ phrase: hangs, reason: REASON });
        await tabTo(page, 'button', /^Force stop job$/);
        await visitor.look('force-stop-filled', DIALOG);
        quick.simulator.world.inject({ kind: 'delay', path: '/stop-job', milliseconds: SLOW_STOP_MS });
        await dialog.confirm();
        await dialog.box.getByRole('list', { name: 'Progress' }).waitFor();
        await visitor.look('force-stop-sent', DIALOG);
        assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog while it is sent');
        await dialog.ended(/^Stopped\./);
        quick.simulator.world.inject({ kind: 'delay', path: '/stop-job', milliseconds: 0 });
        await visitor.look('force-stop-outcome', DIALOG);
        assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog with the outcome');
        // Its row goes while the dialog hides it from roles.
        await page.locator('tr', { hasText: hangs }).waitFor({ state: 'detached' });
        await dialog.leave();
        assert.equal(await hasFocus(page.locator('table').first()), true, 'the table, since the button is gone');
        await page.keyboard.press('Tab');
        // The name of the job that is first now, which leads to its page.
        const firstStop = page.locator('table').first().locator('a, summary, button').first();
        assert.equal(await hasFocus(firstStop), true, 'the first stop in it');
        assert.deepEqual(quick.stops().slice(earlier), [{ jobId: id, isStopWithSavePoint: false, force: true }]);
        assert.equal(quick.simulator.world.settle().jobs.find(id)?.status, 'CANCELED');
      });

      it('see: what was done, by whom, and what became of it, on the overview', async () => {
        await visit(quick, 'overview');
        const actions = page.getByRole('table', { name: /^Latest actions/ });
        for (const [job, outcome] of [
          [runs, 'Cancel job'],
          [hangs, 'Force stop job'],
        ]) {
          const row = actions.getByRole('row', { name: new RegExp(`${outcome}.* ${job}.*Stopped.* ada `) });
          await row.first().waitFor();
        }
        await visitor.look('overview-after', undefined, page.locator('main'));
        assert.equal(await jobRow(page, hangs).count(), 0);
      });

      it('threw nothing on the way', () => {
        assert.deepEqual(visitor.faults, []);
      });

      /**
       * A job that hung before anybody looked: its age is that of our looking, and is called so.
       * @param {import('playwright-core').Locator} row
       */
      async function seesAge(row) {
        const words = (await row.innerText()).replaceAll(/\s+/g, ' ');
        assert.match(words, /CANCELING/);
        const found = /≥ (?:(\d+) min )?(\d+) s at least since (\S+ \S+)/.exec(words);
        assert.ok(found, words);
        const [, minutes = 0, seconds, since] = found;
        const age = Number(minutes) * 60 + Number(seconds);
        const real = (Date.now() - Date.parse(`${since}Z`)) / 1000;
        assert.ok(Math.abs(real - age) <= SLACK_SECONDS, `${words}, and really ${real} s`);
      }

      /**
       * Asks for a force stop past the page's buttons, and confirms the plan in spite of what it says.
       * @param {import('./rig.mjs').Rig} rig
       * @param {string} guard that blocks it
       * @returns {Promise<any>} its verdict
       */
      async function refusesDirectly(rig, guard) {
        const kind = 'force-stop';
        const plan = await ask(page, 'POST', 'actions', { action: kind, jobId: idOf(rig, STAYS) }, kind);
        assert.equal(plan.status, 200, JSON.stringify(plan.body));
        assert.equal(plan.body.allowed, false);
        const verdict = plan.body.verdicts.find((/** @type {any} */ one) => one.guard === guard);
        assert.equal(verdict.result, 'block');
        const confirmation = { phrase: plan.body.phrase, reason: REASON, acknowledged: [] };
        const confirmed = await ask(page, 'POST', `actions/${plan.body.id}/confirm`, confirmation, kind);
        assert.ok(confirmed.status >= 400, `confirmed all the same: ${confirmed.status}`);
        assert.deepEqual(rig.stops(), [], 'no stop request reached the cluster');
        return verdict;
      }
    });
  }
});

/** @param {import('./rig.mjs').Rig} rig */
function activeMaster({ simulator }) {
  const cluster = simulator.world.settle();
  return cluster.member(cluster.activeMaster ?? '');
}

/**
 * The id of the open job of a name.
 * @param {import('./rig.mjs').Rig} rig
 * @param {string} name
 */
function idOf({ simulator }, name) {
  const job = simulator.world
    .settle()
    .jobs.heldOpen()
    .find((one) => one.name === name);
  assert.ok(job, `the cluster has no open job ${name}`);
  return job.id;
}

/** @param {import('playwright-core').Locator} element */
function hasFocus(element) {
  return element.evaluate((one) => one === document.activeElement);
}
