// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { submitJob } from '../../engines/seatunnel/cluster.mjs';
import { barriers } from '../lib/barriers.mjs';
import { mouse } from '../lib/hands.mjs';
import { DIALOG, JobDialog } from '../lib/job-dialog.mjs';
import { picture } from '../lib/pictures.mjs';
import { CLICKS_NAME, REASON } from '../lib/stage.mjs';

/**
 * A job of its own is canceled as it should be: the engine is well.
 * @param {import('../lib/stage.mjs').Stage} stage
 * @param {string | undefined} noBrowser why there is none
 */
export function cancel(stage, noBrowser) {
  test(
    'S45 in the browser: cancel with plan, phrase and reason, until the end is proven',
    { skip: noBrowser },
    async () => {
      const { jobId } = await submitJob(stage.engineFolder, { name: CLICKS_NAME });
      const earlier = stage.stops().length;
      const { page, close } = await stage.adasPage('light', 'dashboard');
      // Running jobs are in the last panel, and Grafana draws a panel when it is in sight.
      await page.setViewportSize({ width: 1440, height: 1600 });
      const dialog = new JobDialog(page, mouse(page), 'cancel', `${CLICKS_NAME} ${jobId}`);
      await dialog.open();
      await dialog.untilAllowed();
      await dialog.fill({ phrase: CLICKS_NAME, reason: REASON });
      await picture(page, 'grafana/cancel-filled-light');
      assert.deepEqual(await barriers(page, DIALOG), []);
      assert.equal(stage.stops().length, earlier, 'nothing is sent before the confirmation');
      await dialog.confirm();
      await dialog.ended(/^Stopped\./);
      await picture(page, 'grafana/cancel-outcome-light');
      assert.deepEqual(await barriers(page, DIALOG), []);
      await dialog.leave();
      await close();
      const sent = stage.stops().slice(earlier);
      assert.deepEqual(
        sent.map(({ body }) => JSON.parse(body)).map((body) => [body.jobId, body.force ?? false]),
        [[jobId, false]],
        'one request, and no force'
      );
      const finished = await fetch(`${stage.coordinator.url}/hazelcast/rest/maps/finished-jobs/CANCELED`);
      assert.ok((await finished.text()).includes(jobId), 'the coordinator lists the job as CANCELED');
    }
  );
}
