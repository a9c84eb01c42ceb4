// @ts-check
/**
 * What a person does who was woken: understand one job on its page, have a second person approve a force stop, see in
 * the audit trail who forced it and prove that the trail is whole, and check the set-up. In both themes, with a picture
 * of every page and without serious barriers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { jobRow } from '../e2e/lib/job-dialog.mjs';
import { approve, askForApproval, auditJob, readDeed, readSteps, readVerdict } from '../e2e/lib/page-steps.mjs';
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
        // It is proven when the workers were asked for the second time.
        await page.getByText('This is proven.').waitFor();
        assert.match(await readVerdict(page), /Stuck: final status lost/);
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
        await askForApproval(page, hangs, REASON, visitor.look.bind(visitor));
        assert.equal(rig.stops().length, earlier, 'a request for approval sends nothing to the coordinator');
      });

      it('second person: another one reviews it, approves, and one request is sent', async () => {
        const earlier = rig.stops().length;
        await visitor.visit(rig, '', EDDIE);
        await approve(page, hangs, REASON, visitor.look.bind(visitor));
        const sent = rig.stops().slice(earlier);
        assert.equal(sent.length, 1, JSON.stringify(sent));
        assert.equal(sent[0].force, true);
      });

      it('understand: the job page of the ended job says who forced it, who approved, and why', async () => {
        await visitor.visit(rig, jobPage);
        await readDeed(page, { by: 'ada', approvedBy: 'eddie', reason: REASON });
        await visitor.look('job-ended', undefined, page.locator('main'));
      });

      it('audit: what was asked, by whom and why, filtered by the address, and proven whole', async () => {
        const job = new URLSearchParams(jobPage.split('?')[1]).get('job');
        await visitor.visit(rig, '/a/unjam-jobs-app/audit');
        await auditJob(page, String(job), REASON);
        await visitor.look('audit', undefined, page.locator('main'));
      });

      it('set up: each step says whether it is done, and what to do', async () => {
        await visitor.visit(rig, '/a/unjam-jobs-app/setup');
        const steps = await readSteps(page, 'Unjam: SeaTunnel');
        for (const step of [
          'The coordinator answers',
          'The back door of Grafana is closed',
          'Records are kept',
          'A second person',
        ]) {
          assert.ok(steps[step], `there is no step "${step}", but ${Object.keys(steps).join(', ')}`);
        }
        await visitor.look('setup');
      });

      it('threw nothing on the way', () => {
        assert.deepEqual(visitor.faults, []);
      });
    });
  }
});
