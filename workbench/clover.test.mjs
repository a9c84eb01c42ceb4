// @ts-check
/**
 * What people come for with CloverDX, and with a coordinator of their own, in the workbench and on simulated clusters:
 * see an outage, tell its outcomes apart, abort a parent that waits for ever, and leave alone one that does not. Each
 * cluster lives on its own from the beginning; the journeys come by when its story has got far enough.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { keyboard, mouse, tabTo } from '../e2e/lib/hands.mjs';
import { ABORT, DIALOG, JobDialog, jobRow } from '../e2e/lib/job-dialog.mjs';
import { until } from '../e2e/lib/until.mjs';
import { ask } from './ask.mjs';
import { BYSTANDER, OTHER_PARENT, PARENT, startClusters } from './clover-clusters.mjs';
import { QUICK } from './rig.mjs';
import { openBrowser, PATIENCE_MS, skip, Visitor } from './visitor.mjs';

/** An action is verified for 90 s. */
const VERIFIED_MS = 120_000;
const REASON = 'It waits for an event that is lost; it is run again tonight.';

const ONE_POLL_SECONDS = QUICK.pollIntervalSeconds;
/** What a poll may last that meets a node which does not answer, the spread of polls, and our own look. Seconds. */
const SLACK_SECONDS = 4;
/** "Cannot recover" must be said so soon after the network's return. Virtual seconds. */
const TOLD_WITHIN_SECONDS = 60;

/**
 * @typedef {import('./rig.mjs').CloverRig} CloverRig
 * @typedef {import('./rig.mjs').GenericRig} GenericRig
 * @typedef {Record<string, any>} Row
 */

describe('journeys on CloverDX and on a coordinator of the generic contract', { skip }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Visitor} */
  let visitor;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {import('./clover-clusters.mjs').Clusters} */
  let clusters;
  /** @type {import('./clover-clusters.mjs').Clusters['clover']} */
  let clover;
  /** @type {import('./clover-clusters.mjs').Clusters['watched']} */
  let watched;
  /** When the network of "recovers" came back, epoch ms. */
  let recoversReturn = 0;

  before(async () => {
    browser = await openBrowser();
    clusters = await startClusters();
    ({ clover, watched } = clusters);
    // The dashboard is as tall as this.
    visitor = await Visitor.arrive(browser, { width: 1440, height: 1740, prefix: 'clover-' });
    ({ page } = visitor);
  });

  after(async () => {
    await browser?.close();
    await clusters?.close();
  });

  it('abort ignored: a healthy parent is aborted with all warnings read, its child named in the plan', async () => {
    await visit(clover.ignored);
    const dialog = abortDialog(mouse(page), BYSTANDER);
    await dialog.open();
    await dialog.untilAllowed();
    assert.match(await dialog.guard('state').innerText(), /may be healthy/);
    await dialog.box.getByText(/^Its running children end too: \d+ \(.*listenQueue\.grf\)\.$/).waitFor();
    assert.equal(await dialog.confirmButton.isEnabled(), false, 'before anything is acknowledged');
    await visitor.look('abort-healthy', DIALOG);
    await dialog.fill({ phrase: BYSTANDER, reason: REASON });
    await dialog.confirm();
    await dialog.box.getByRole('list', { name: 'Progress' }).waitFor();
    await dialog.leave(/^(Close|Leave)/);
    await until('the abort arrives', PATIENCE_MS, async () => aborts(clover.ignored).length > 0);
    assert.deepEqual(aborts(clover.ignored), [runOf(clover.ignored, BYSTANDER).runId]);
  });

  it('S10: without MBeans the buffers are not exposed, with the reason, and never 0', async () => {
    await watched.hidden.until('the nodes are read', PATIENCE_MS, ({ pairs }) => pairs.length === 6);
    await visit(clover.hidden);
    const panel = deliveryPanel();
    await panel.getByText(/^It is not known whether events are lost: 6 pairs are not seen\.$/).waitFor();
    await panel
      .getByText(/does not expose its sent counter/)
      .first()
      .waitFor();
    const words = await cell('nodeB', 'nodeA').innerText();
    assert.match(words, /not seen[^]*not exposed[^]*undelivered not exposed[^]*deadline not exposed/);
    await cell('nodeB', 'nodeA').click();
    const detail = page.getByRole('region', { name: 'nodeB → nodeA' });
    await detail.getByText(/nodeA does not expose its inbound events buffer/).waitFor();
    await visitor.look('no-mbeans');
  });

  it('see an outage: what waits, how full, until when; the parents will recover, and nobody advises an abort', async () => {
    await watched.recovers.until(
      'both parents wait',
      PATIENCE_MS,
      ({ jobs }) => jobs.filter(({ cause }) => cause === 'waiting for retransmission').length === 2
    );
    await visit(clover.recovers);
    const panel = deliveryPanel();
    await panel.getByText(/^4 pairs wait for retransmission\.$/).waitFor();
    const words = await cell('nodeB', 'nodeA').innerText();
    assert.match(words, /lost, act now[^]*\d+ %[^]*undelivered [\d,]+[^]*deadline \d+ min \d\d s/);
    const trouble = panel.getByRole('row', { name: /^nodeB → nodeA/ });
    assert.match(await trouble.innerText(), /in \d+ min \d\d s: the sent events buffer overflows/);
    await panel.getByText(/^nodeB: [\d,]+ events are lost, and 2 parents wait for ever \(\d+, \d+\)\.$/).waitFor();
    for (const parent of [PARENT, OTHER_PARENT]) {
      assert.match(
        await jobRow(page, parent).first().innerText(),
        /waiting for retransmission[^]*will recover \((likely|proven)\)/
      );
    }
    await advisesNoAbort();
    await visitor.look('delivery', undefined, panel);
    await visitor.look('outage');
    await visit(clover.recovers, 'overview');
    await jobRow(page, PARENT).first().waitFor();
    await advisesNoAbort();
    await visitor.look('outage-overview');
  });

  it('see an outage: by keyboard, to all figures of a pair and back', async () => {
    await visit(clover.recovers);
    await tabTo(page, 'button', /^nodeB → nodeA$/);
    await page.keyboard.press('Enter');
    const detail = page.getByRole('region', { name: 'nodeB → nodeA' });
    assert.match(await detail.innerText(), /waiting for retransmission|will recover/);
    assert.match(await detail.innerText(), /Buffer fill\s+\d+ %\s+of 10,000 events/);
    assert.equal(await detail.evaluate((one) => one === document.activeElement), true, 'the detail has the focus');
    await visitor.look('outage-detail');
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? '', /^nodeB to nodeA/);
  });

  it('see an outage: an abort of a parent that will recover is blocked, with that reason', async () => {
    await visit(clover.recovers);
    const dialog = abortDialog(mouse(page), OTHER_PARENT);
    await dialog.open();
    assert.match(await dialog.guard('diagnosis').innerText(), /Blocked: [^]*will recover/);
    assert.equal(await dialog.confirmButton.isEnabled(), false);
    assert.equal(await dialog.box.getByRole('textbox').count(), 0, 'nothing to fill in');
    await visitor.look('outage-blocked', DIALOG);
    await dialog.leave(/^Keep waiting$/);
    const jobId = String(runOf(clover.recovers, OTHER_PARENT).runId);
    const plan = await ask(page, 'POST', 'actions', { action: 'force-stop', jobId }, 'force-stop');
    assert.equal(plan.body.allowed, false);
    const confirmation = { phrase: plan.body.phrase, reason: REASON, acknowledged: ['owner-reachable', 'state'] };
    const confirmed = await ask(page, 'POST', `actions/${plan.body.id}/confirm`, confirmation, 'force-stop');
    assert.ok(confirmed.status >= 400, `confirmed all the same: ${confirmed.status}`);
    assert.deepEqual(aborts(clover.recovers), [], 'no abort reached the cluster');
    // The network returns; the story goes on while others are looked at.
    clover.recovers.simulator.world.inject({ kind: 'cut', node: 'nodeB', on: false });
    recoversReturn = Date.now();
  });

  it('outcome 3: a restart of the node is told within a poll, and its parents cannot recover', async (test) => {
    await watched.restarted.until('both parents wait', PATIENCE_MS, ({ jobs }) => waiting(jobs).length === 2);
    clover.restarted.simulator.world.inject({ kind: 'restart', node: 'nodeB' });
    const restartedAt = Date.now();
    const told = await watched.restarted.until('it is told', PATIENCE_MS, ({ jobs }) => hopeless(jobs).length === 2);
    const took = (told.at - restartedAt) / 1000;
    test.diagnostic(`told ${took} s after the restart`);
    assert.ok(took <= ONE_POLL_SECONDS + SLACK_SECONDS, `told after ${took} s`);
    await visit(clover.restarted);
    assert.match(
      await jobRow(page, PARENT).first().innerText(),
      /events lost: node restarted[^]*cannot recover \((likely|proven)\)[^]*Abort this parent and run it again/
    );
    assert.match(await cell('nodeB', 'nodeA').innerText(), /lost for good: restarted/);
    await visitor.look('restarted');
  });

  it('owner unreachable: the plan warns that the abort may not arrive, which must be acknowledged', async () => {
    const job = 'warehouse/graph/archiveLogs.grf';
    await visit(clover.unreachable);
    const dialog = abortDialog(mouse(page), job);
    await dialog.open();
    await dialog.untilAllowed();
    assert.match(await dialog.guard('owner-reachable').innerText(), /nodeB[^]*may not arrive/);
    await dialog.hand.write(/^Phrase/, job);
    await dialog.hand.write(/^Reason/, REASON);
    assert.equal(await dialog.confirmButton.isEnabled(), false, 'before it is acknowledged');
    await dialog.fill({ phrase: job, reason: REASON });
    assert.equal(await dialog.confirmButton.isEnabled(), true, 'when it is');
    await visitor.look('unreachable', DIALOG);
    await dialog.leave(/^Keep waiting$/);
    assert.deepEqual(aborts(clover.unreachable), []);
  });

  it('outcome 1: after the return all is reachable, and the parents went on', async () => {
    await watched.recovers.until(
      'all is delivered',
      PATIENCE_MS,
      ({ pairs, jobs }) => waiting(jobs).length === 0 && pairs.every(({ reach }) => reach === 'reachable'),
      recoversReturn
    );
    assert.equal(runOf(clover.recovers, PARENT).status, 'FINISHED_OK');
    await visit(clover.recovers);
    await deliveryPanel()
      .getByText(/^Nothing is lost: events get through between all 6 pairs of nodes\.$/)
      .waitFor();
    assert.equal(await jobRow(page, PARENT).count(), 0);
    await visitor.look('recovered');
    const advice = watched.recovers.looks
      .flatMap(({ jobs, pairs }) => [...jobs, ...pairs])
      .map((row) => row.advice ?? '');
    assert.ok(advice.some(Boolean), 'something was advised');
    assert.deepEqual(
      advice.filter((sentence) => /abort/i.test(sentence)),
      [],
      'at no look an abort'
    );
    assert.ok(watched.recovers.looks.every(({ jobs }) => hopeless(jobs).length === 0));
  });

  it('the inbound buffer released: told with that reason, though the sent events buffer had room', async () => {
    await watched.released.until('it is told', PATIENCE_MS, ({ jobs }) => hopeless(jobs).length === 2);
    await visit(clover.released);
    assert.match(
      await jobRow(page, PARENT).first().innerText(),
      /events lost: inbound buffer released[^]*cannot recover/
    );
    assert.match(await cell('nodeB', 'nodeA').innerText(), /lost for good: released/);
    await visitor.look('released');
    const foretold = watched.released.looks.flatMap(({ pairs }) => pairs.flatMap((pair) => pair.deadline_of ?? []));
    assert.deepEqual([...new Set(foretold)], ['inbound timeout'], 'the earlier limit was foretold');
  });

  it('outcome 2: an overflow is told within a minute of the return', async (test) => {
    const returned = await clusters.overflowsReturn;
    const told = await watched.overflows.until(
      'it is told',
      PATIENCE_MS,
      ({ jobs }) => hopeless(jobs).length === 2,
      returned
    );
    // Virtual time is real time from the return on.
    const took = (told.at - returned) / 1000;
    test.diagnostic(`told ${took} s after the return`);
    assert.ok(took <= TOLD_WITHIN_SECONDS, `told ${took} s after the return`);
    const { missing, lostForGood } = clover.overflows.simulator.world.settle().messaging.link('nodeB', 'nodeA');
    assert.ok(missing + lostForGood > 0, 'events are gone');
    await visit(clover.overflows);
    assert.match(
      await jobRow(page, PARENT).first().innerText(),
      /events lost: buffer overflowed[^]*cannot recover \((likely|proven)\)[^]*Abort this parent and run it again/
    );
    assert.match(await cell('nodeB', 'nodeA').innerText(), /lost for good: overflowed/);
    await visitor.look('overflowed');
    await visit(clover.overflows, 'overview');
    await jobRow(page, PARENT).first().waitFor();
    await visitor.look('overflowed-overview');
  });

  it('outcome 2: its parent is aborted by keyboard alone, once, and the end is proven', async () => {
    const { runId } = runOf(clover.overflows, PARENT);
    await visit(clover.overflows);
    const dialog = abortDialog(keyboard(page), PARENT);
    await dialog.open();
    await dialog.untilAllowed();
    await visitor.look('abort-plan', DIALOG);
    await dialog.fill({ phrase: PARENT, reason: REASON });
    await tabTo(page, 'button', /^Abort job$/);
    await visitor.look('abort-filled', DIALOG);
    await dialog.confirm();
    await dialog.ended(/^Stopped\./);
    await visitor.look('abort-outcome', DIALOG);
    assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog with the outcome');
    await dialog.leave();
    assert.equal(clover.overflows.simulator.world.settle().executions.find(runId)?.status, 'ABORTED');
    assert.deepEqual(aborts(clover.overflows), [runId]);
    assert.equal(runOf(clover.overflows, OTHER_PARENT).status, 'RUNNING', 'nobody else is aborted');
  });

  it('S10: over the simple HTTP API no parents are told; delivery is', async () => {
    await visit(clover.simple);
    await deliveryPanel()
      .getByText(/^4 pairs wait for retransmission\.$/)
      .waitFor();
    assert.equal(await page.getByRole('columnheader', { name: 'Parent job' }).count(), 0);
    assert.ok(watched.simple.looks.every(({ jobs }) => jobs.every(({ parent }) => parent === undefined)));
    await visitor.look('simple-http');
  });

  it('generic: two jobs hang, a pair is lost; cancel and force stop end what they are asked to', async () => {
    await visit(clusters.inHouse, 'dashboard', 'ingest clicks');
    assert.match(await jobRow(page, 'orders to lake').innerText(), /CANCELING[^]*≥ /);
    await deliveryPanel()
      .getByText(/^4 pairs wait for retransmission\.$/)
      .waitFor();
    assert.match(await cell('nodeC', 'nodeA').innerText(), /lost/);
    await visitor.look('generic');
    const cancel = new JobDialog(page, mouse(page), 'cancel', 'ingest clicks');
    await cancel.open();
    await cancel.untilAllowed();
    await cancel.fill({ phrase: 'ingest clicks', reason: REASON });
    await cancel.confirm();
    await cancel.ended(/^Stopped\./);
    await cancel.leave();
    const stop = new JobDialog(page, mouse(page), 'force-stop', 'orders to lake');
    await stop.open();
    await stop.untilAllowed();
    await stop.fill({ phrase: 'orders to lake', reason: REASON });
    await stop.confirm();
    await stop.ended(/^Stopped\./);
    await visitor.look('generic-outcome', DIALOG);
    await stop.leave();
    const ended = clusters.inHouse.simulator.world.settle().all();
    for (const name of ['ingest clicks', 'orders to lake']) {
      assert.equal(ended.find((job) => job.name === name)?.state, 'canceled', name);
    }
    const asked = clusters.inHouse.simulator.requests
      .select({ method: 'POST' })
      .map(({ path }) => path.replace(/.*\//, ''));
    assert.deepEqual(asked, ['cancel', 'force-stop']);
  });

  it('S11: a healthy cluster that retains thousands of delivered events has no loss and no stuck job', async () => {
    await visit(clover.healthy);
    await deliveryPanel()
      .getByText(/^Nothing is lost: events get through between all 6 pairs of nodes\.$/)
      .waitFor();
    await visitor.look('healthy');
    const { looks } = watched.healthy;
    assert.ok(new Set(looks.flatMap(({ jobs }) => jobs.map(({ last_seen: at }) => at))).size >= 10, 'ten polls');
    for (const { jobs, pairs } of looks) {
      assert.deepEqual(
        jobs.filter(({ stuck, cause }) => stuck || cause),
        []
      );
      assert.deepEqual(
        pairs.filter(({ reach, outcome }) => reach !== 'reachable' || outcome),
        []
      );
    }
    assert.ok(clover.healthy.simulator.world.settle().messaging.nodes.every(({ sent }) => sent > 10_000));
  });

  it('S10: at no look a figure of the hidden buffers was a number', () => {
    const pairs = watched.hidden.looks.flatMap((one) => one.pairs);
    assert.ok(pairs.length > 0);
    for (const figure of [
      'fill_ratio',
      'sent_bytes',
      'undelivered',
      'inbound_held',
      'overflow_in_seconds',
      'deadline',
    ]) {
      assert.deepEqual(
        pairs.filter((pair) => pair[figure] !== undefined),
        [],
        figure
      );
    }
  });

  it('abort ignored: it ends as sent and not confirmed, never as stopped', async () => {
    await visit(clover.ignored, 'overview');
    const actions = page.getByRole('table', { name: /^Latest actions/ });
    const row = actions.getByRole('row', { name: /streamOrders\.jbf/ });
    await row.getByText('Sent, not confirmed').waitFor({ timeout: VERIFIED_MS });
    assert.doesNotMatch(await row.innerText(), /Stopped/);
    await visitor.look('abort-ignored');
    assert.equal(runOf(clover.ignored, BYSTANDER).status, 'RUNNING');
    assert.equal(aborts(clover.ignored).length, 1, 'sent once');
  });

  it('understand: the page of the parent says why it waits for ever, for which child, and between which nodes', async () => {
    await visit(clover.overflows, 'dashboard', OTHER_PARENT);
    await jobRow(page, OTHER_PARENT).first().getByRole('link', { name: OTHER_PARENT }).click();
    const verdict = page.getByRole('region', { name: 'Is it stuck?' });
    await verdict.getByText('Stuck: events lost: buffer overflowed').waitFor();
    await verdict.getByText('Waiting cannot help.').waitFor();
    assert.match(await verdict.innerText(), /What to do: Abort this parent and run it again/);
    await page
      .getByText(/printInvoices\.grf/)
      .first()
      .waitFor();
    await page
      .getByText(/nodeB → nodeA/)
      .first()
      .waitFor();
    await visitor.look('job', undefined, page.locator('main'));
    await visitor.visit(clover.overflows, '/a/unjam-jobs-app/setup');
    await page.getByText(/of 8 steps are done/).waitFor();
    await visitor.look('setup');
  });

  it('threw nothing on the way', async () => {
    await Promise.all(Object.values(watched).map((one) => one.stop()));
    assert.deepEqual(visitor.faults, []);
  });

  /**
   * @param {CloverRig | GenericRig} rig
   * @param {'overview' | 'dashboard'} [place]
   * @param {string} [job] that is there
   */
  async function visit(rig, place = 'dashboard', job = BYSTANDER) {
    await visitor.visit(rig, place === 'overview' ? '' : '/d/unjam-stuck-jobs');
    const settled = place === 'overview' ? page.getByText('Reachable').first() : jobRow(page, job).first();
    await settled.waitFor();
    await visitor.actionsKnown();
  }

  /** @param {import('../e2e/lib/hands.mjs').Hand} hand @param {string} job */
  const abortDialog = (hand, job) => new JobDialog(page, hand, 'force-stop', job, ABORT);

  const deliveryPanel = () => page.getByRole('region', { name: 'Event delivery between nodes' });

  /** @param {string} node @param {string} peer */
  const cell = (node, peer) => page.getByRole('gridcell', { name: new RegExp(`^${node} to ${peer}:`) });

  /** S12: apart from the buttons, nothing on the page speaks of aborting. */
  async function advisesNoAbort() {
    const text = (await page.locator('main').innerText()).replaceAll('Abort job…', '');
    assert.doesNotMatch(text, /abort/i);
  }
});

/** @param {Row[]} jobs */
const waiting = (jobs) => jobs.filter(({ cause }) => cause === 'waiting for retransmission');
/** @param {Row[]} jobs */
const hopeless = (jobs) => jobs.filter(({ outlook }) => outlook === 'cannot recover');

/**
 * The ids of the runs that the server was asked to abort, oldest first.
 * @param {CloverRig} rig
 */
function aborts({ simulator }) {
  return simulator.requests
    .select({ method: 'POST', path: '/executions/' })
    .map(({ path }) => Number(/\/executions\/(\d+)\/abort$/.exec(path)?.[1]));
}

/**
 * The newest run of a job file.
 * @param {CloverRig} rig
 * @param {string} name with its sandbox
 */
function runOf({ simulator }, name) {
  const { executions } = simulator.world.settle();
  const found = [...executions.open(), ...executions.ended()].find(({ jobFile }) => name.endsWith(`/${jobFile}`));
  assert.ok(found, `the cluster has no run of ${name}`);
  return found;
}
