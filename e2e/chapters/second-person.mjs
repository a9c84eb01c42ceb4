// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { jobRow } from '../lib/job-dialog.mjs';
import { REASON, STORIES } from '../lib/night-stage.mjs';
import { approve, askForApproval, auditJob, openApproval, readDeed, readVerdict } from '../lib/page-steps.mjs';
import { DATA_SOURCE_UID, Unjam } from '../lib/unjam.mjs';
import { until } from '../lib/until.mjs';

const APP = '/a/unjam-jobs-app';
/** A poll, and what the cluster needs to notice it. */
const SEEN_BOUND_MS = 30_000;

/**
 * One job is understood, its force stop asked for by one person and approved by another, and the trail read.
 * @param {import('../lib/night-stage.mjs').NightStage} stage
 */
export function secondPerson(stage) {
  test('the standby master leaves and returns while the jobs hang', async () => {
    const members = async () => (await stage.unjam.metric('members'))[0]?.value ?? 0;
    const all = await members();
    const member = stage.standby();
    stage.world.inject({ kind: 'kill', member });
    await until('it has left', SEEN_BOUND_MS, async () => (await members()) < all);
    stage.world.inject({ kind: 'start', member });
    await until('it has returned', SEEN_BOUND_MS, async () => (await members()) === all);
  });

  for (const { theme, hangs } of STORIES) {
    /** The job's page, as the link of its name gave it. */
    let jobPage = '';

    test(`understand, ${theme}: one click from the stuck job to why, since when, whether waiting helps, what to do`, async () => {
      const guest = await stage.guest('ada', theme);
      const { page } = guest;
      await guest.visit(APP);
      await jobRow(page, hangs).first().getByRole('link', { name: hangs }).click();
      const verdict = await readVerdict(page);
      assert.match(verdict, /Stuck: final status lost/);
      assert.match(verdict, /Waiting cannot help/);
      const { pathname, search } = new URL(page.url());
      jobPage = pathname + search;
      assert.match(jobPage, /^\/a\/unjam-jobs-app\/job\?ds=[^&]+&job=\d{18,}/, 'every digit is in the address');
      await guest.look('job');
      await page.getByText(/^The timeline as a list/).click();
      const list = page.getByRole('table', { name: /^States and events of the range/ });
      await list
        .getByText(/^member left:/)
        .first()
        .waitFor();
      await list
        .getByText(/^State: CANCELING/)
        .first()
        .waitFor();
      await guest.look('job-timeline');
      await page.reload();
      await readVerdict(page);
      await guest.leave();
    });

    test(`second person, ${theme}: the requester cannot act alone, and nothing is sent`, async () => {
      const earlier = stage.stops().length;
      const guest = await stage.guest('ada', theme);
      const { page } = guest;
      await guest.visit(APP);
      await askForApproval(page, hangs, REASON, guest.look);
      await page.reload();
      const box = await openApproval(page, hangs);
      await box.getByRole('button', { name: 'Withdraw request' }).waitFor();
      assert.equal(await box.getByRole('button', { name: /Approve/ }).count(), 0, 'she cannot approve it herself');
      await guest.look('approval-own', '[role=dialog]');
      await guest.leave();
      for (const [login, status] of /** @type {const} */ ([
        ['ada', 403],
        ['vera', 403],
      ])) {
        const answer = await approveDirectly(stage, login, hangs);
        assert.equal(answer.status, status, `${login}: ${answer.text}`);
      }
      assert.equal(stage.stops().length, earlier, 'a request for approval sends nothing to the coordinator');
    });

    test(`second person, ${theme}: another one reviews it, approves, and one request is sent`, async () => {
      const earlier = stage.stops().length;
      const guest = await stage.guest('eddie', theme);
      await guest.visit(APP);
      await approve(guest.page, hangs, REASON, guest.look);
      await guest.leave();
      const sent = stage.stops().slice(earlier);
      assert.equal(sent.length, 1, JSON.stringify(sent));
      assert.equal(sent[0].force, true);
    });

    test(`audit, ${theme}: the job's page and the trail say who asked, who approved and why; it is whole, and exported`, async () => {
      const guest = await stage.guest('ada', theme);
      await guest.visit(jobPage);
      await readDeed(guest.page, { by: 'ada', approvedBy: 'eddie', reason: REASON });
      await guest.look('job-ended');
      await guest.visit(`${APP}/audit?ds=${DATA_SOURCE_UID}`);
      const job = new URLSearchParams(jobPage.split('?')[1]).get('job') ?? '';
      const file = await auditJob(guest.page, job, REASON);
      const rows = readFileSync(await file.path(), 'utf8')
        .trim()
        .split('\n');
      assert.ok(rows.length > 0 && rows.every((row) => row.includes(job)), 'the export has the rows of the filter');
      assert.ok(
        rows.some((row) => row.includes('"eddie"')),
        'and who approved'
      );
      await guest.look('audit');
      await guest.leave();
    });
  }
}

/**
 * Approves the request on a job past the page.
 * @param {import('../lib/night-stage.mjs').NightStage} stage
 * @param {import('../lib/night-stage.mjs').Login} login
 * @param {string} job its name
 */
async function approveDirectly(stage, login, job) {
  const { ada, [login]: person } = stage.people;
  const route = stage.unjam.path('approvals');
  const { approvals } = await ada.client.json('GET', route);
  const approval = approvals.find((/** @type {any} */ one) => one.state === 'waiting' && one.job?.name === job);
  assert.ok(approval, 'a request waits');
  const acknowledged = approval.verdicts.map((/** @type {any} */ verdict) => verdict.guard);
  const body = { phrase: job, acknowledged };
  return new Unjam(person.client).send('POST', `approvals/${approval.id}/approve`, body, {
    'X-Unjam-Intent': 'approve',
  });
}
