// @ts-check
/**
 * Be alerted, where there is no Grafana: what the shipped rules find on a cluster with stuck jobs, and where the link of
 * such an alert leads whoever was woken. Grafana's own part, from the rule to the message, is shown in
 * e2e/chapters/alerting.mjs.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../e2e/lib/until.mjs';
import { root } from '../scripts/lib/children.mjs';
import { QUICK, startRig } from './rig.mjs';
import { alertLinks, evaluate, shippedRule } from './shipped-rules.mjs';
import { openBrowser, PATIENCE_MS, skip, Visitor } from './visitor.mjs';

/** They hung before anybody looked. */
const STUCK = ['invoices-to-warehouse', 'price-updates-to-search', 'returns-cdc-to-lake'];
const WOKEN_BY = 'price-updates-to-search';
const HEALTHY = 'orders-cdc-to-lake';
/** Canceled while the rules are evaluated, long after the others: it does not stop either. */
const CANCELED_LATE = 'audit-log-to-archive';
/** The rule's own limit, its beginning, and some polls. Milliseconds. */
const FIRES_WITHIN_MS = 180_000 + PATIENCE_MS;

describe('be alerted, in the workbench', { skip, timeout: 2 * FIRES_WITHIN_MS }, () => {
  /** @type {import('./rig.mjs').Rig} */
  let rig;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Visitor} */
  let visitor;
  /** The link of the alert that woke somebody. */
  let jobUrl = '';

  before(async () => {
    browser = await openBrowser();
    rig = await startRig('stuck-final-status-lost', QUICK, { asksWorkers: true });
    visitor = await Visitor.arrive(browser);
  });

  after(async () => {
    await browser?.close();
    await rig?.close();
  });

  it('the shipped rule "Job cannot recover", asked as by Grafana\'s alerting, is true of the stuck jobs alone', async () => {
    const rule = shippedRule('Job cannot recover');
    const rows = await until('it is true of all', PATIENCE_MS, async () => {
      const found = await evaluate(rig.url, rule);
      return found.filter(({ fires }) => fires).length === STUCK.length && found;
    });
    assert.deepEqual(firing(rows), STUCK);
    assert.deepEqual(
      rows.filter(({ labels }) => labels.job_name === HEALTHY).filter(({ fires }) => fires),
      [],
      'not of a healthy one'
    );
    for (const { labels } of rows) {
      assert.deepEqual(Object.keys(labels), ['cluster', 'job_id', 'job_name']);
      assert.match(labels.job_id ?? '', /^\d{18,}$/, 'every digit');
    }
  });

  it('its annotations, filled in by templates of Go as Grafana does, link to the job and to a runbook that exists', async () => {
    const rule = shippedRule('Job cannot recover');
    const woken = (await evaluate(rig.url, rule)).find(({ labels }) => labels.job_name === WOKEN_BY);
    assert.ok(woken);
    const links = await alertLinks(rule, woken.labels, `${rig.url}/`);
    jobUrl = links.job_url ?? '';
    assert.equal(jobUrl, `${rig.url}/a/unjam-jobs-app/job?ds=unjam-seatunnel&job=${woken.labels.job_id}`);
    const [, runbook = ''] = /\/blob\/main\/(docs\/runbooks\/[\w-]+\.md)$/.exec(links.runbook_url ?? '') ?? [];
    assert.ok(existsSync(path.join(root, runbook)), links.runbook_url);
  });

  it('its link shows at once, and without scrolling: why, since when, whether waiting helps, what to do', async () => {
    const { page } = visitor;
    await visitor.visit(rig, jobUrl.slice(rig.url.length));
    const verdict = page.getByRole('region', { name: 'Is it stuck?' });
    const answers = {
      job: page.getByText(WOKEN_BY).first(),
      'since when': page.locator('dt:text-is("Since") + dd').first(),
      why: verdict.getByText('Stuck: final status lost'),
      'does waiting help': verdict.getByText('Waiting cannot help.'),
      'what to do': verdict.getByText(/^What to do:/).first(),
      evidence: verdict.getByRole('heading', { name: 'Evidence' }),
      'what I can do': page.getByRole('region', { name: 'What you can do' }).getByRole('button').first(),
    };
    for (const [question, answer] of Object.entries(answers)) {
      await answer.waitFor();
      const box = await answer.boundingBox();
      assert.ok(box && box.y >= 0 && box.y + box.height <= 900, `${question} is at ${JSON.stringify(box)}`);
    }
    assert.match(await answers['since when'].innerText(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(at least\)/);
    assert.match(await verdict.innerText(), /What to do: [^]*(force|stop)/i);
    await visitor.look('alerted');
  });

  it('the shipped rule "Job stuck in CANCELING" is true of a job after 3 minutes, and not before', async () => {
    const rule = shippedRule('Job stuck in CANCELING');
    const { world } = rig.simulator;
    world.inject({ kind: 'lose-final-status', on: true });
    world.inject({ kind: 'cancel', job: CANCELED_LATE });
    const rows = await until('it is true of a job', FIRES_WITHIN_MS, async () => {
      const found = await evaluate(rig.url, rule);
      for (const { labels, values, fires } of found) {
        assert.equal(fires, (values.A ?? 0) > 180, `${labels.job_name}: ${JSON.stringify(values)}`);
      }
      return found.filter(({ fires }) => fires).length === STUCK.length && found;
    });
    assert.deepEqual(firing(rows), STUCK);
    const late = rows.find(({ labels }) => labels.job_name === CANCELED_LATE);
    assert.ok(late && !late.fires && (late.values.A ?? 0) > 0, `canceled later: ${JSON.stringify(late)}`);
    assert.ok(!rows.some(({ labels }) => labels.job_name === HEALTHY), 'a running job has no age of CANCELING');
  });

  it('threw nothing on the way', () => {
    assert.deepEqual(visitor.faults, []);
  });
});

/**
 * The names of the jobs of which a rule is true.
 * @param {import('./shipped-rules.mjs').Row[]} rows
 */
function firing(rows) {
  return rows
    .filter(({ fires }) => fires)
    .map(({ labels }) => labels.job_name)
    .sort();
}
