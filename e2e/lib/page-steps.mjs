// @ts-check
/**
 * What a person does and reads on the app's pages, by the words that people see: the same in the workbench and in
 * Grafana. Where a step has something worth looking at, it says so to the `look` that it is given.
 */
import assert from 'node:assert/strict';
import { mouse } from './hands.mjs';
import { DIALOG, JobDialog } from './job-dialog.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {(name: string, within?: string) => Promise<void>} Look takes a picture, and looks for barriers within a part
 */

/**
 * On the page of a stuck job: that it is, why, since when, whether waiting helps, and what to do.
 * @param {Page} page
 * @returns {Promise<string>} what the verdict says
 */
export async function readVerdict(page) {
  const verdict = page.getByRole('region', { name: 'Is it stuck?' });
  await verdict.getByText(/Stuck[:;] /).waitFor();
  await verdict
    .getByText(/Waiting /)
    .first()
    .waitFor();
  await verdict.getByText('What to do').waitFor();
  await verdict.getByRole('heading', { name: 'Evidence' }).waitFor();
  assert.match(await page.locator('dt:text-is("Since") + dd').first().innerText(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  return verdict.innerText();
}

/**
 * On the overview or a dashboard: asks for a force stop that another person must approve.
 * @param {Page} page
 * @param {string} job its name
 * @param {string} reason
 * @param {Look} look
 */
export async function askForApproval(page, job, reason, look) {
  const hand = mouse(page);
  const dialog = new JobDialog(page, hand, 'force-stop', job);
  await dialog.open();
  await dialog.untilAllowed();
  await dialog.fill({ phrase: job, reason });
  await hand.press('button', /^Ask for approval$/);
  const goesOn = /^Close, the request goes on waiting$/;
  await dialog.box.getByRole('button', { name: goesOn }).waitFor();
  await look('approval-asked', DIALOG);
  await dialog.leave(goesOn);
}

/**
 * On the overview: opens the request on a job that waits for another person.
 * @param {Page} page
 * @param {string} job its name
 */
export async function openApproval(page, job) {
  await page
    .getByRole('region', { name: 'Waiting approvals' })
    .getByRole('row', { name: new RegExp(job) })
    .getByRole('button')
    .click();
  return page.getByRole('dialog');
}

/**
 * On the overview, as another person: reviews the request, approves it, and sees how it ended.
 * @param {Page} page
 * @param {string} job its name
 * @param {string} reason
 * @param {Look} look
 */
export async function approve(page, job, reason, look) {
  const hand = mouse(page);
  const box = await openApproval(page, job);
  await box.getByText(reason).first().waitFor();
  await look('approval-review', DIALOG);
  for (let unread = await box.getByRole('checkbox').count(); unread > 0; unread--) {
    await hand.press('checkbox', /I have read/);
  }
  await hand.write(/^Phrase/, job);
  await hand.press('button', /^Approve and force stop job$/);
  await box
    .getByText(/^Stopped\./)
    .last()
    .waitFor();
  await look('approval-outcome', DIALOG);
}

/**
 * On the page of the ended job: who forced it, who approved, and why.
 * @param {Page} page
 * @param {{ by: string, approvedBy: string, reason: string }} deed
 */
export async function readDeed(page, { by, approvedBy, reason }) {
  const done = page.getByRole('region', { name: 'What was done about it' });
  await done
    .getByText(new RegExp(`approved by ${approvedBy}`))
    .first()
    .waitFor();
  await done.getByText(new RegExp(by)).first().waitFor();
  await done.getByText(reason).first().waitFor();
}

/**
 * On the audit page: filters by a job, verifies the chain, and exports the rows.
 * @param {Page} page
 * @param {string} jobId
 * @param {string} reason that was given
 * @returns {Promise<import('playwright-core').Download>} the export
 */
export async function auditJob(page, jobId, reason) {
  await page.getByRole('textbox', { name: 'Job id' }).fill(jobId);
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('region', { name: 'Rows' }).getByText(reason).first().waitFor();
  assert.match(page.url(), new RegExp(jobId), 'the filter stands in the address');
  await page.getByRole('button', { name: 'Verify chain' }).click();
  await page.getByText(/^The chain is whole: [\d,]+ rows$/).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export JSON lines' }).click(),
  ]);
  assert.match(file.suggestedFilename(), /\.jsonl$/);
  await page.getByText(/^Saved as /).waitFor();
  return file;
}

/**
 * On the setup page: how far each step for a coordinator is, and what is said of it, when all are checked.
 * @param {Page} page
 * @param {string} coordinator the data source's name
 * @returns {Promise<Record<string, { state: string, text: string }>>} by the step's title
 */
export async function readSteps(page, coordinator) {
  const card = page.getByRole('region', { name: coordinator, exact: true });
  await card.getByText(/^\d of \d steps are done\./).waitFor();
  const steps = await card.locator('ol > li').all();
  const read = await Promise.all(
    steps.map(async (step) => {
      const heading = step.getByRole('heading').first();
      const state = await heading.locator('xpath=following-sibling::*[1]').innerText();
      return [await heading.innerText(), { state: state.trim(), text: await step.innerText() }];
    })
  );
  return Object.fromEntries(read);
}
