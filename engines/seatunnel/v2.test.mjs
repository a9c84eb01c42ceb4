// @ts-check
/** Engine v2 (a mix, see README.md), against real members. Takes about a minute; needs Java 17 and Maven. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killNode, submitJob, withCluster } from './cluster.mjs';
import { http } from './lib/rest.mjs';
import { base, becomes, loseFinalStatus, runningJob, skip, stays, stopJob } from './lib/testing.mjs';

test('v2 with fault agent and test back-port: lost final status, then force; password and context path', { skip }, () =>
  withCluster(
    { version: 'v2', faultAgent: true, forceBackport: true, basicAuth: 'unjam:secret', contextPath: '/zeta' },
    async (cluster) => {
      const v2 = cluster.nodes[0].restV2 ?? '';
      assert.match(v2, /^http:\/\/127\.0\.0\.1:\d+\/zeta$/);
      const ask = (/** @type {string} */ path, /** @type {object} */ more = {}) =>
        http(`${v2}${path}`, { auth: 'unjam:secret', ...more });

      assert.equal((await http(`${v2}/overview`)).status, 401);
      const overview = await ask('/overview');
      assert.equal(overview.status, 200);
      assert.ok(overview.headers.date);
      assert.equal(JSON.parse(overview.body).projectVersion, cluster.declaredVersion);

      const master = base(cluster, 'master-1');
      const batch = await submitJob(cluster.dir, { name: 'batch', mode: 'batch' });
      await becomes(master, batch.jobId, 'FINISHED');

      const id = await runningJob(cluster, 'lost');
      await loseFinalStatus(cluster, id);
      await stays(master, id, 'CANCELING');
      const listed = JSON.parse((await ask('/running-jobs?page=1&rows=10')).body);
      assert.deepEqual(
        listed.data.map((/** @type {any} */ job) => [job.jobId, job.jobStatus]),
        [[id, 'CANCELING']]
      );

      const answer = await ask('/stop-job', { method: 'POST', body: JSON.stringify({ jobId: id, force: true }) });
      assert.equal(answer.status, 200);
      await becomes(master, id, 'CANCELED');
    }
  )
);

test(
  'v2 without back-port: force is ignored; a master failover runs the job again, a cancel then ends it',
  { skip },
  () =>
    withCluster({ version: 'v2', masters: 2, faultAgent: true }, async (cluster) => {
      const [first, second] = [base(cluster, 'master-1'), base(cluster, 'master-2')];
      const id = await runningJob(cluster, 'failover');
      await loseFinalStatus(cluster, id);
      assert.equal((await stopJob(first, id, { force: true })).status, 200);
      await stays(first, id, 'CANCELING');

      await killNode(cluster.dir, 'master-1');
      await becomes(second, id, 'RUNNING');
      await stopJob(second, id);
      await becomes(second, id, 'CANCELED');
    })
);
