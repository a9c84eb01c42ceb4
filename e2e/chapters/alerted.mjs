// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firing } from '../lib/alerts.mjs';
import { WAKES } from '../lib/night-stage.mjs';
import { readVerdict } from '../lib/page-steps.mjs';
import { until } from '../lib/until.mjs';

/** Shipped in provisioning/alerting/unjam.yaml, with `for` of a minute. */
const RULE = { title: 'Job cannot recover', uid: 'unjam-cannot-recover' };
/** Its minute, an evaluation before and one after it, and the delivery. */
const FIRES_BOUND_MS = 150_000;
const THEMES = /** @type {const} */ (['dark', 'light']);

/**
 * The shipped rule fires for a job that hangs, and somebody is woken.
 * @param {import('../lib/night-stage.mjs').NightStage} stage
 */
export function alerted(stage) {
  /** The link in the alert, as Grafana made it. */
  let jobUrl = '';

  test('be alerted: the shipped rule fires, goes where the Setup page said, and the message has the link to the job', async () => {
    const [alert] = await until('the alert on the job fires', FIRES_BOUND_MS, async () => {
      const found = (await firing(stage.admin, RULE.title)).filter(({ labels }) => labels.job_name === WAKES);
      return found.length > 0 && found;
    });
    assert.ok(alert);
    const [row] = await stage.unjam.jobs({ jobId: alert.labels.job_id });
    assert.equal(row?.job_name, WAKES);
    jobUrl = alert.annotations.job_url ?? '';
    assert.equal(jobUrl, `${stage.grafana.url}/a/unjam-jobs-app/job?ds=unjam-seatunnel&job=${alert.labels.job_id}`);
    assert.match(alert.annotations.summary ?? '', /cannot recover by itself: final status lost\.$/);
    const message = await until('the pager has the message', FIRES_BOUND_MS, async () =>
      stage.pager.log.map(({ body }) => JSON.parse(body)).find((one) => JSON.stringify(one).includes(jobUrl))
    );
    assert.equal(message.receiver, 'unjam-on-call');
    assert.ok(message.alerts.some((/** @type {any} */ one) => one.annotations.job_url === jobUrl));
  });

  for (const theme of THEMES) {
    test(`be alerted, ${theme}: one click from the alert to its job, which says why, since when, and what to do`, async () => {
      const { ada } = stage.people;
      // The link opens a window of its own, in her theme.
      await ada.client.json('PATCH', '/api/user/preferences', { theme });
      const guest = await stage.guest('ada', theme);
      const { page } = guest;
      await guest.visit(
        `/alerting/groups?queryString=${encodeURIComponent(`job_name=${WAKES},alertname=${RULE.title}`)}`
      );
      await page.getByTestId('alert-group-collapse-toggle').first().click();
      await page.getByRole('button', { name: 'Expand row' }).first().click();
      const link = page.getByRole('link', { name: jobUrl });
      await link.waitFor();
      await guest.picture('alert');
      const [opened] = await Promise.all([page.waitForEvent('popup'), link.click()]);
      const there = guest.in(opened);
      const verdict = await readVerdict(opened);
      assert.match(verdict, /Stuck: final status lost/);
      assert.match(verdict, /Waiting cannot help/);
      await opened.getByText(WAKES).first().waitFor();
      await there.look('alerted');
      await guest.leave();
    });
  }

  test("be alerted: an instance's menu leads to the job, too; a rule's has nothing of ours", async () => {
    const guest = await stage.guest('ada', 'dark');
    const { page } = guest;
    await guest.visit(`/alerting/grafana/${RULE.uid}/view?tab=instances`);
    const instance = page.getByRole('row').or(page.getByTestId('row')).filter({ hasText: WAKES });
    await instance.first().getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Unjam: open job' }).click();
    await guest.picture('alert-instance-menu');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await readVerdict(page);
    // Grafana adds whose link it was.
    assert.ok(page.url().startsWith(jobUrl), page.url());
    await guest.visit(`/alerting/grafana/${RULE.uid}/view`);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem').first().waitFor();
    assert.equal(await page.getByRole('menuitem', { name: /Unjam/ }).count(), 0, 'docs/alerts.md says so');
    await guest.leave();
  });
}
