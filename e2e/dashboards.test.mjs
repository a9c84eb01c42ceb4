// @ts-check
/**
 * Every dashboard that is shipped, loaded from files by a real Grafana, and every query of it on simulated coordinators:
 * each is answered without an error. Where there is a browser, each is drawn, too, and a panel's menu leads to the app.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startCloverDX, startSimulator } from '../simulator/simulator.mjs';
import { findBrowser, startBrowser } from './browser.mjs';
import { findGrafana, startGrafana } from './grafana.mjs';
import { Unjam } from './lib/unjam.mjs';
import { until } from './lib/until.mjs';

const { found, reason } = findGrafana();
const browserFound = findBrowser();
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Nobody listens: the provisioned data source is not what this is about. */
const NOBODY = 'http://127.0.0.1:9';
const OURS = 'unjam-coordinator-datasource';
const POLL_SECONDS = 2;
const READ_BOUND_MS = 60_000;
const DRAWN_BOUND_MS = 30_000;
const WINDOW = { width: 1280, height: 1600 };

/**
 * The app brings dashboards of its own, which Grafana keeps under their uid: the copies that are loaded from files have
 * another.
 */
const COPY = '-copy';

/**
 * @typedef {{ refId: string, datasource?: { type: string, uid: string } } & Record<string, unknown>} Target
 * @typedef {{ name: string, uid: string, title: string, json: any }} Dashboard
 */

/** @returns {Dashboard[]} */
function shipped() {
  return ['src/dashboards', 'provisioning/dashboards', 'provisioning/cloverdx/dashboards'].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => {
        const json = JSON.parse(readFileSync(path.join(root, folder, name), 'utf8'));
        return { name: `${folder}/${name}`, uid: `${json.uid}${COPY}`, title: json.title, json };
      })
  );
}

/** Its queries that go to a coordinator, those of annotations and of panels. @param {any} json @returns {Target[]} */
function queriesOf({ panels, annotations }) {
  const all = [
    ...annotations.list.map((/** @type {any} */ { target }) => target),
    ...panels.flatMap((/** @type {any} */ panel) => panel.targets ?? []),
  ];
  return all.filter((target) => target?.datasource?.type === OURS);
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => process.exit(1));
}

describe('Dashboards in a real Grafana', { skip: found ? false : `no Grafana was found: ${reason}` }, () => {
  const dashboards = shipped();
  /** @type {import('./grafana.mjs').Running} */
  let grafana;
  /** @type {{ stop(): Promise<void> }[]} */
  const simulators = [];
  /** The id of a job that is open, by data source. @type {Map<string, string>} */
  const jobs = new Map();

  before(async () => {
    if (!found) {
      return;
    }
    const copies = dashboards.map(({ name, uid, title, json }) => [
      `dashboards/copy-of-${path.basename(name)}`,
      JSON.stringify({ ...json, uid, title: `${title} (copy)` }),
    ]);
    const [started, seatunnel, clover] = await Promise.all([
      startGrafana(found, { coordinatorUrl: NOBODY, workerUrl: NOBODY, provision: Object.fromEntries(copies) }),
      startSimulator({ scenario: 'stuck-final-status-lost' }),
      startCloverDX({ scenario: 'clover-outage-overflows' }),
    ]);
    grafana = started;
    simulators.push(seatunnel, clover);
    console.log(`The Grafana: ${grafana.about}.`);
    const of = (/** @type {string} */ role) =>
      seatunnel.members.flatMap((member) => (member.role === role && member.restV2 ? [member.restV2] : []));
    await addSource('lake', { kind: 'seatunnel', urls: of('master'), workerUrls: of('worker'), timeZone: 'UTC' });
    const nodes = clover.nodes.map(({ name, jolokia }) => ({ name, url: jolokia }));
    await addSource('clover', {
      kind: 'cloverdx',
      urls: clover.nodes.map(({ server }) => server),
      messaging: { source: 'jolokia', windows: true, nodes },
    });
  });

  after(async () => {
    await Promise.all([grafana?.stop(), ...simulators.map((one) => one.stop())]);
  });

  /**
   * @param {string} uid
   * @param {object} jsonData
   */
  async function addSource(uid, jsonData) {
    await grafana.admin.json('POST', '/api/datasources', {
      uid,
      name: `Unjam: ${uid}`,
      type: OURS,
      access: 'proxy',
      jsonData: { clusterId: uid, pollIntervalSeconds: POLL_SECONDS, stuckAfterSeconds: 10, ...jsonData },
    });
    const unjam = new Unjam(grafana.admin, uid);
    const id = await until(`${uid} has been read`, READ_BOUND_MS, async () => {
      const [row] = await unjam.jobs({ sortBy: 'age' }).catch(() => []);
      return row?.job_id;
    });
    jobs.set(uid, id);
  }

  for (const { name, uid, title } of dashboards) {
    test(`${name} is loaded from a file`, async () => {
      const { dashboard, meta } = await until(`${title} is there`, READ_BOUND_MS, async () => {
        const answer = await grafana.admin.send('GET', `/api/dashboards/uid/${uid}`);
        return answer.status === 200 && JSON.parse(answer.text);
      });
      assert.equal(dashboard.title, `${title} (copy)`);
      assert.equal(meta.provisioned, true);
    });
  }

  test("the app's own are offered as the app's", async () => {
    const own = await grafana.admin.json('GET', '/api/plugins/unjam-jobs-app/dashboards');
    assert.deepEqual(
      own.map((/** @type {any} */ one) => one.title).sort(),
      dashboards
        .filter((one) => one.name.startsWith('src/'))
        .map((one) => one.title)
        .sort()
    );
  });

  for (const { name, json } of dashboards.filter((one) => queriesOf(one.json).length > 0)) {
    for (const source of ['lake', 'clover']) {
      test(`every query of ${name} is answered by ${source}`, async () => {
        for (const target of queriesOf(json)) {
          const text = JSON.stringify(target).replaceAll('${ds}', source);
          const query = JSON.parse(text.replaceAll('$job', jobs.get(source) ?? ''));
          const answer = await grafana.admin.send('POST', '/api/ds/query', {
            from: 'now-15m',
            to: 'now',
            queries: [{ ...query, intervalMs: 15_000, maxDataPoints: 500 }],
          });
          const said = `${text}: ${answer.text.slice(0, 500)}`;
          assert.equal(answer.status, 200, said);
          const result = JSON.parse(answer.text).results[query.refId];
          assert.equal(result.error, undefined, said);
          assert.ok(result.frames.length > 0, said);
        }
      });
    }
  }

  const noBrowser =
    browserFound.path === null ? browserFound.reason : found?.hasUI ? false : 'this Grafana has no browser part';
  describe('in a browser', { skip: noBrowser }, () => {
    /** @type {import('playwright-core').Browser} */
    let browser;
    /** @type {import('playwright-core').Page} */
    let page;

    before(async () => {
      browser = await startBrowser(browserFound.path ?? '');
      page = await browser.newPage({ viewport: WINDOW });
      page.setDefaultTimeout(DRAWN_BOUND_MS);
      const { identity } = grafana.admin;
      await page.request.post(`${grafana.url}/login`, { data: identity });
      mkdirSync(path.join(root, 'test-results', 'screenshots', 'dashboards'), { recursive: true });
    });

    after(() => browser?.close());

    for (const [file, source] of [
      ['overview', 'lake'],
      ['one-job', 'lake'],
      ['delivery', 'clover'],
    ]) {
      test(`${file} is drawn, and no panel of it has an error`, async () => {
        const one = dashboards.find(({ name }) => name === `src/dashboards/${file}.json`);
        assert.ok(one && source);
        const job = file === 'one-job' ? `&var-job=${jobs.get(source)}` : '';
        await page.goto(`${grafana.url}/d/${one.uid}?var-ds=${source}${job}&kiosk`);
        await page.getByRole('heading', { name: one.json.panels[0].title }).first().waitFor();
        await page.waitForLoadState('networkidle');
        const picture = path.join(root, 'test-results', 'screenshots', 'dashboards', `${file}.png`);
        await page.screenshot({ path: picture, fullPage: true });
        assert.equal(await page.getByTestId('data-testid Panel status error').count(), 0);
      });
    }

    test("a panel's menu leads to the app", async () => {
      await page.goto(`${grafana.url}/d/unjam-one-job${COPY}?var-ds=lake&var-job=${jobs.get('lake')}`);
      const title = 'The job';
      await page.getByRole('heading', { name: title }).first().hover();
      await page.getByTestId(`data-testid Panel menu ${title}`).click();
      await page.getByRole('menuitem', { name: 'Extensions' }).hover();
      const link = page.getByRole('menuitem', { name: 'Unjam: open job' });
      await link.waitFor();
      assert.match((await link.getAttribute('href')) ?? '', /^\/a\/unjam-jobs-app\/job\?ds=lake&job=\d+/);
    });
  });
});
