// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freezeNode, thawNode } from '../../engines/seatunnel/cluster.mjs';
import { firing, rule, STUCK_RULE, WATCHDOG_RULE } from '../lib/alerts.mjs';
import { NASTY_NAME, POLL_SECONDS, REASON } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

/** The shipped rules: warning after 3 min, watchdog after 90 s, evaluated every 30 s. */
const WARNING_SECONDS = 180;
const WATCHDOG_SECONDS = 90;
const EVALUATION_SECONDS = 30;

/**
 * The shipped rules on the job that still hangs; the coordinator is frozen meanwhile.
 * @param {import('../lib/stage.mjs').Stage} stage
 */
export function alerting(stage) {
  test('S08 S09 the rule goes to Alerting and names the job with every digit', async () => {
    const { admin, nasty } = stage;
    stage.needsCanceled();
    const due = nasty.canceledBefore + (WARNING_SECONDS + 2 * EVALUATION_SECONDS) * 1000;
    const alerts = await until(
      'the alert on the job fires',
      Math.max(due - Date.now(), EVALUATION_SECONDS * 1000),
      async () => {
        const found = await onOurJobs(stage);
        return found.length > 0 && found;
      },
      async () => JSON.stringify(await rule(admin, STUCK_RULE))
    );
    assert.deepEqual(
      alerts.map((alert) => alert.labels.job_id),
      [nasty.id],
      'not the job that was force-stopped in time'
    );
    const [{ labels, annotations } = { labels: {}, annotations: {} }] = alerts;
    assert.equal(labels.job_name, NASTY_NAME);
    assert.equal(labels.severity, 'warning');
    assert.ok(
      annotations.summary?.startsWith(`Job "${NASTY_NAME}" (${nasty.id}) on seatunnel-demo`),
      annotations.summary
    );
    assert.match(annotations.summary ?? '', /has been CANCELING for [34]m \d+s\.$/);
    assert.ok(
      annotations.job_url?.endsWith(`/a/unjam-jobs-app/job?ds=unjam-seatunnel&job=${nasty.id}`),
      annotations.job_url
    );
    assert.deepEqual(await firing(admin, WATCHDOG_RULE), []);
  });

  test('S01 the coordinator is frozen: the alert keeps firing over 4 evaluations, and the watchdog fires', async () => {
    const { admin, nasty } = stage;
    stage.needsCanceled();
    await freezeNode(stage.engineFolder, 'master-1');
    const frozen = Date.now();
    /** @type {Map<string, string>} */
    const evaluations = new Map();
    let watchdog = false;
    await until(
      'the watchdog fires, and the rule on jobs was evaluated 4 times',
      (WATCHDOG_SECONDS + 4 * EVALUATION_SECONDS) * 1000,
      async () => {
        const state = await rule(admin, STUCK_RULE);
        if (Date.parse(state.lastEvaluation) > frozen) {
          evaluations.set(state.lastEvaluation, state.alerts.map((/** @type {any} */ one) => one.state).join());
        }
        const alerts = await onOurJobs(stage);
        assert.deepEqual(
          alerts.map((alert) => alert.labels.job_id),
          [nasty.id],
          `after ${evaluations.size} evaluations: ${JSON.stringify(state)}`
        );
        watchdog ||= (await firing(admin, WATCHDOG_RULE)).length > 0;
        return watchdog && evaluations.size >= 4;
      },
      async () => `watchdog ${watchdog}, evaluations ${JSON.stringify([...evaluations])}`
    );
    console.log(`While the coordinator was frozen, the rule on jobs was: ${[...evaluations.values()].join(' | ')}`);
    const [row] = await stage.unjam.jobs({ jobId: nasty.id });
    assert.equal(row?.job_name, NASTY_NAME, 'what was known stays visible');
  });

  test('S01 the coordinator goes on: the watchdog resolves, the age is still right, and the job can be ended', async () => {
    const { admin, nasty, unjam } = stage;
    stage.needsCanceled();
    await thawNode(stage.engineFolder, 'master-1');
    await until('the coordinator is read again', 60_000, async () => {
      const [age] = await unjam.metric('poll_age_seconds');
      return (age?.value ?? Infinity) < 3 * POLL_SECONDS;
    });
    const series = (await unjam.metric('canceling_age_seconds')).find((one) => one.labels.job_id === nasty.id);
    const real = (Date.now() - nasty.canceledBefore) / 1000;
    assert.ok(Math.abs((series?.value ?? NaN) - real) <= POLL_SECONDS + 2, `${series?.value} s, really ${real} s`);
    const action = await unjam.confirm(await stage.allowed('force-stop', nasty.id), REASON);
    assert.equal((await unjam.settled(action.id)).outcome, 'stopped');
    const bound = 4 * EVALUATION_SECONDS * 1000;
    await until('the watchdog resolves', bound, async () => (await firing(admin, WATCHDOG_RULE)).length === 0);
    await until('the alert on the job resolves', bound, async () => (await onOurJobs(stage)).length === 0);
    const chain = await unjam.verifyAudit();
    assert.equal(chain.holds, true, chain.detail);
  });
}

/**
 * The firing alerts on the journey's jobs.
 * @param {import('../lib/stage.mjs').Stage} stage
 */
async function onOurJobs(stage) {
  return (await firing(stage.admin, STUCK_RULE)).filter((alert) => stage.isOurs(alert.labels.job_id));
}
