// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOVER } from '../lib/night-stage.mjs';
import { Unjam } from '../lib/unjam.mjs';
import { until } from '../lib/until.mjs';

/** The outage begins with the stage, and the children end some time later. */
const WAITS_BOUND_MS = 60_000;
const THEMES = /** @type {const} */ (['dark', 'light']);

/**
 * A parent that waits for an event of a node that is lost. The network returns after minutes: this comes early.
 * @param {import('../lib/night-stage.mjs').NightStage} stage
 */
export function deadline(stage) {
  for (const theme of THEMES) {
    test(`understand, ${theme}: a parent that waits for events: until when waiting helps`, async () => {
      const row = await until('a parent waits', WAITS_BOUND_MS, async () => {
        const rows = await new Unjam(stage.admin, CLOVER).jobs().catch(() => []);
        return rows.find(({ cause, deadline }) => cause === 'waiting for retransmission' && deadline);
      });
      const guest = await stage.guest('ada', theme);
      const { page } = guest;
      await guest.visit(`/a/unjam-jobs-app/job?ds=${CLOVER}&job=${row.job_id}`);
      const verdict = page.getByRole('region', { name: 'Is it stuck?' });
      const countdown = verdict.getByText(/^Deadline, when this changes:/);
      await countdown.waitFor();
      assert.match(await countdown.innerText(), /\d+ min \d\d s|\d+ s/);
      await verdict
        .getByText(/waiting for retransmission/)
        .first()
        .waitFor();
      await page.getByRole('region', { name: 'Events between its nodes' }).waitFor();
      await guest.look('job-deadline');
      await guest.leave();
    });
  }
}
