// @ts-check
/**
 * What a person does who was woken: understand one job on its page, have a second person approve a force stop, see in
 * the audit trail who forced it and prove that the trail is whole, and check the set-up. In both themes, with a picture
 * of every page and without serious barriers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mouse } from '../e2e/lib/hands.mjs';
import { DIALOG, JobDialog, jobRow } from '../e2e/lib/job-dialog.mjs';
import { QUICK, startRig } from './rig.mjs';
import { EDDIE, openBrowser, skip, Visitor } from './visitor.mjs';

const REASON = 'It hangs, and the load must start again tonight.';
/** Two persons of the role Editor are needed for a force stop. */
const SETTINGS = { ...QUICK, actions: { ...QUICK.actions, minRole: 'Editor', secondPerson: 'force-stop' } };
/** Each theme has its own job: what was stopped stays stopped. */
const STORIES = /** @type {const} */ ([
  { theme: 'dark', hangs: 'invoices-to-warehouse' },
  { theme: 'light', hangs: 'returns-cdc-to-lake' },
]);

describe('pages in the workbench', { skip }, () => {
  /** @type {import('./rig.mjs').Rig} */
  let rig;
  /** @type {import('playwright-core').Browser} */
  let browser;

  before(async () => {
    browser = await openBrowser();
    rig = await startRig('stuck-final-status-lost', SETTINGS, { asksWorkers: true });
  });

  after(async () => {
    await browser?.close();
    await rig?.close();
  });

  for (const { theme, hangs } of STORIES) {
    describe(`in the ${theme} theme`, () => {
      /** @type {Visitor} */
      let visitor;
      /** @type {import('playwright-core').Page} */
      let page;
      /** The job's page, as the link of its name gave it. */
      let jobPage = '';

      before(async () => {
        visitor = await Visitor.arrive(browser, { themes: [theme] });
        ({ page } = visitor);
      });
      after(() => visitor?.leave());

      it('understand: one click from the stuck job to why it hangs and whether waiting helps', async () => {
        await visitor.visit(rig, '');
        await jobRow(page, hangs).getByRole('link', { name: hangs }).click();
        const verdict = page.getByRole('region', { name: 'Is it stuck?' });
        await verdict.getByText('Stuck: final status lost').waitFor();
        await verdict.getByText('This is proven.').waitFor();
        await verdict
          .getByText(/Waiting /)
          .first()
          .waitFor();
        await verdict.getByText('What to do').waitFor();
        await verdict.getByRole('heading', { name: 'Evidence' }).waitFor();
        jobPage = new URL(page.url()).pathname + new URL(page.url()).search;
        await page.getByRole('button', { name: 'Force stop job…', disabled: false }).waitFor();
        assert.match(jobPage, /^\/a\/unjam-jobs-app\/job\?ds=[^&]+&job=\d{18,}/, 'every digit is in the address');
        await visitor.look('job', undefined, page.locator('main'));
      });

      it('understand: the page stands in its address', async () => {
        await page.reload();
        await page.getByText(hangs).first().waitFor();
        await page
          .getByText(/Stuck[:;] /)
          .first()
          .waitFor();
      });

      it('second person: the requester cannot act alone, and nothing is sent', async () => {
        const earlier = rig.stops().length;
        await visitor.visit(rig, '');
        const dialog = new JobDialog(page, mouse(page), 'force-stop', hangs);
        await dialog.open();
        await dialog.untilAllowed();
        await dialog.fill({ phrase: hangs, reason: REASON });
        await mouse(page).press('button', /^Ask for approval$/);
        const goesOn = /^Close, the request goes on waiting$/;
        await dialog.box.getByRole('button', { name: goesOn }).waitFor();
        await visitor.look('approval-asked', DIALOG);
        assert.equal(rig.stops().length, earlier, 'a request for approval sends nothing to the coordinator');
        await dialog.leave(goesOn);
      });

      it('second person: another one reviews it, approves, and one request is sent', async () => {
        const earlier = rig.stops().length;
        await visitor.visit(rig, '', EDDIE);
        const waiting = page.getByRole('region', { name: 'Waiting approvals' });
        await waiting
          .getByRole('row', { name: new RegExp(hangs) })
          .getByRole('button')
          .click();
        const box = page.getByRole('dialog');
        await box.getByText(REASON).first().waitFor();
        await visitor.look('approval-review', DIALOG);
        for (let unread = await box.getByRole('checkbox').count(); unread > 0; unread--) {
          await mouse(page).press('checkbox', /I have read/);
        }
        await mouse(page).write(/^Phrase/, hangs);
        await mouse(page).press('button', /^Approve and force stop job$/);
        await box
          .getByText(/^Stopped\./)
          .last()
          .waitFor();
        await visitor.look('approval-outcome', DIALOG);
        const sent = rig.stops().slice(earlier);
        assert.equal(sent.length, 1, JSON.stringify(sent));
        assert.equal(sent[0].force, true);
      });

      it('understand: the job page of the ended job says who forced it, who approved, and why', async () => {
        await visitor.visit(rig, jobPage);
        const done = page.getByRole('region', { name: 'What was done about it' });
        await done
          .getByText(/approved by eddie/)
          .first()
          .waitFor();
        await done.getByText(/ada/).first().waitFor();
        await done.getByText(REASON).first().waitFor();
        await visitor.look('job-ended', undefined, page.locator('main'));
      });

      it('audit: what was asked, by whom and why, filtered by the address, and proven whole', async () => {
        const job = new URLSearchParams(jobPage.split('?')[1]).get('job');
        await visitor.visit(rig, '/a/unjam-jobs-app/audit');
        await page.getByRole('textbox', { name: 'Job id' }).fill(String(job));
        await page.getByRole('button', { name: 'Filter' }).click();
        const rows = page.getByRole('region', { name: 'Rows' });
        await rows.getByText(REASON).first().waitFor();
        assert.match(page.url(), new RegExp(String(job)), 'the filter stands in the address');
        await page.getByRole('button', { name: 'Verify chain' }).click();
        await page.getByText(/^The chain is whole: [\d,]+ rows$/).waitFor();
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Export JSON lines' }).click(),
        ]);
        assert.match(file.suggestedFilename(), /\.jsonl$/);
        await page.getByText(/^Saved as /).waitFor();
        await visitor.look('audit', undefined, page.locator('main'));
      });

      it('set up: each step says whether it is done, and what to do', async () => {
        await visitor.visit(rig, '/a/unjam-jobs-app/setup');
        await page.getByText(/^\d of \d steps are done\./).waitFor();
        for (const step of [
          'The coordinator answers',
          'The back door of Grafana is closed',
          'Records are kept',
          'A second person',
        ]) {
          await page.getByRole('heading', { name: step }).waitFor();
        }
        await visitor.look('setup');
      });

      it('threw nothing on the way', () => {
        assert.deepEqual(visitor.faults, []);
      });
    });
  }
});
