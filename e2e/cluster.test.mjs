// @ts-check
/**
 * Unjam in a real Grafana on a SeaTunnel cluster of your own, read only: SEATUNNEL_URL=http://host:8080. The cluster is
 * asked for what a poll asks, and nothing is submitted, canceled or stopped.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findGrafana, startGrafana } from './grafana.mjs';
import { Unjam } from './lib/unjam.mjs';
import { until } from './lib/until.mjs';

const coordinatorUrl = process.env.SEATUNNEL_URL ?? '';
const { found, reason } = findGrafana();

/** @returns {string | undefined} */
function missing() {
  if (coordinatorUrl === '') {
    return 'SEATUNNEL_URL is not set (the address of a cluster of your own)';
  }
  if (!found) {
    return `no Grafana was found: ${reason}`;
  }
  return found.kind === 'url' ? 'GRAFANA_URL is set, and that Grafana has data sources of its own' : undefined;
}

describe('A cluster of your own, read only', { skip: missing() }, () => {
  /** @type {import('./grafana.mjs').Running | undefined} */
  let grafana;
  /** @type {Unjam} */
  let unjam;

  before(async () => {
    if (found) {
      grafana = await startGrafana(found, {
        coordinatorUrl,
        workerUrl: '',
        dataSource: { pollIntervalSeconds: 3 },
        actions: { enabled: false },
      });
      unjam = new Unjam(grafana.admin);
    }
  });
  after(() => grafana?.stop());

  test('the health check is good and names the version', async () => {
    const health = await unjam.health();
    assert.equal(health.status, 'OK', health.message);
    console.log(`The engine: ${health.message}`);
  });

  test('members and jobs are read completely', async () => {
    const [members] = await until('a poll was complete', 60_000, async () => {
      const [age] = await unjam.metric('poll_age_seconds');
      const series = await unjam.metric('members');
      return (age?.value ?? Infinity) < 10 && (series[0]?.value ?? 0) > 0 && series;
    });
    assert.ok(members);
    for (const job of await unjam.jobs()) {
      assert.match(job.job_id, /^\d+$/);
      assert.notEqual(job.state, '');
    }
  });

  test('actions are switched off', async () => {
    const body = { action: 'cancel', jobId: '1' };
    const answer = await unjam.send('POST', 'actions', body, { 'X-Unjam-Intent': 'cancel' });
    assert.ok(answer.status >= 400, answer.text);
  });
});
