// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFault } from '../../engines/seatunnel/cluster.mjs';
import { publish } from '../lib/public-dashboard.mjs';
import { MIN_CANCELING_AGE_SECONDS, NASTY_NAME, PAGE_BOUND_MS, POLL_SECONDS, REASON } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

/**
 * Two jobs are canceled and hang.
 * @param {import('../lib/stage.mjs').Stage} stage
 * @param {string | undefined} noBrowser why there is none
 */
export function stuck(stage, noBrowser) {
  test('S45 a cancel needs plan, phrase and reason; the final status is lost, and the jobs stay CANCELING', async () => {
    const { unjam, nasty, orders } = stage;
    const before = stage.stops().length;
    setFault(stage.engineFolder, true);
    for (const job of [nasty, orders]) {
      const plan = await stage.allowed('cancel', job.id);
      const earlier = stage.stops().length;
      const intent = { 'X-Unjam-Intent': 'cancel' };
      for (const wrong of [
        { phrase: 'no', reason: REASON, acknowledged: [] },
        { phrase: plan.phrase, reason: 'short', acknowledged: [] },
      ]) {
        const refused = await unjam.send('POST', `actions/${plan.id}/confirm`, wrong, intent);
        assert.ok(refused.status >= 400, `${JSON.stringify(wrong)} was answered with ${refused.status}`);
      }
      assert.equal(stage.stops().length, earlier, 'nothing was sent');
      const fresh = await stage.allowed('cancel', job.id);
      job.canceledAfter = Date.now();
      job.cancelAction = (await unjam.confirm(fresh, REASON)).id;
      await until('the cancel reached the coordinator', 10_000, async () => stage.stops().length > earlier);
      job.canceledBefore = Date.now();
    }
    await until('both jobs are CANCELING', 30_000, async () => {
      const rows = (await unjam.jobs({ states: ['canceling'] })).filter((row) => stage.isOurs(row.job_id));
      return rows.length === 2 && rows.every((row) => row.word === 'CANCELING');
    });
    assert.deepEqual(
      stage
        .stops()
        .slice(before)
        .map((entry) => [entry.method, JSON.parse(entry.body).jobId]),
      [
        ['POST', nasty.id],
        ['POST', orders.id],
      ],
      'one request for each confirmed plan, with every digit'
    );
  });

  test('the age is the real one, give or take a poll', async () => {
    const { nasty, unjam } = stage;
    const series = (await unjam.metric('canceling_age_seconds')).filter((one) => one.labels.job_id === nasty.id);
    const now = Date.now();
    assert.equal(series.length, 1);
    const [{ value, labels } = { value: NaN, labels: {} }] = series;
    const youngest = (now - nasty.canceledBefore) / 1000 - POLL_SECONDS - 1;
    const oldest = (now - nasty.canceledAfter) / 1000 + 1;
    assert.ok(value >= youngest && value <= oldest, `${value} s is not within ${youngest} to ${oldest} s`);
    assert.deepEqual(labels, { cluster: 'seatunnel-demo', job_id: nasty.id, job_name: NASTY_NAME });
    const bounds = await unjam.metric('canceling_age_is_lower_bound');
    assert.equal(bounds.find((one) => one.labels.job_id === nasty.id)?.value, 0, 'its beginning was seen');
  });

  test('S24 a force stop before its time is blocked, with the time from which it is allowed', async () => {
    const { nasty, unjam } = stage;
    const plan = await unjam.plan('force-stop', nasty.id);
    assert.equal(plan.allowed, false);
    const verdict = plan.verdicts.find((/** @type {any} */ one) => one.guard === 'canceling-age');
    assert.equal(verdict.result, 'block');
    const early = (Date.parse(verdict.allowedFrom) - nasty.canceledAfter) / 1000 - MIN_CANCELING_AGE_SECONDS;
    assert.ok(early >= 0 && early <= POLL_SECONDS + 2, `${verdict.allowedFrom} is ${early} s beside the expected time`);
    const earlier = stage.stops().length;
    const confirmation = { phrase: plan.phrase, reason: REASON, acknowledged: [] };
    const intent = { 'X-Unjam-Intent': 'force-stop' };
    const refused = await unjam.send('POST', `actions/${plan.id}/confirm`, confirmation, intent);
    assert.ok(refused.status >= 400, `confirmed all the same: ${refused.status}`);
    assert.equal(stage.stops().length, earlier);
    const events = (await unjam.audit()).filter((row) => row.jobId === nasty.id).map((row) => row.event);
    for (const event of ['planned', 'intent', 'answer', 'refused']) {
      assert.ok(events.includes(event), `no audit row "${event}" among ${events.join(', ')}`);
    }
  });

  test('S47 a public dashboard shows jobs, and no persons, reasons, plans or buttons', async () => {
    const { accessToken } = await publish(stage.admin);
    const timeRange = { from: 'now-5m', to: 'now', timezone: 'UTC' };
    const query = { intervalMs: 1000, maxDataPoints: 100, timeRange };
    const target = `/api/public/dashboards/${accessToken}/panels/1/query`;
    const answer = await stage.guests.nobody.json('POST', target, query);
    const frames = JSON.stringify(answer.results);
    assert.ok(frames.includes(stage.nasty.id), frames);
    for (const secret of ['"ada"', REASON, stage.orders.cancelAction, 'example.org']) {
      assert.ok(!frames.includes(secret), `a frame holds ${secret}`);
    }
    if (noBrowser) {
      return;
    }
    const page = await (await stage.browser()).newPage();
    await page.goto(`${stage.grafana.url}/public-dashboards/${accessToken}`);
    await page.getByRole('cell', { name: stage.orders.id, exact: true }).waitFor({ timeout: PAGE_BOUND_MS });
    assert.equal(await page.getByRole('button', { name: /Cancel job|Force stop job/ }).count(), 0);
    await page.close();
  });
}

/** @param {import('../lib/stage.mjs').Stage} stage */
export function unconfirmed(stage) {
  test('a cancel whose effect is not seen ends as sent, not confirmed', async () => {
    const action = await stage.unjam.settled(stage.orders.cancelAction);
    assert.equal(action.outcome, 'sent, not confirmed');
  });
}
