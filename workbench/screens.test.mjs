// @ts-check
/**
 * Every page and editor for whoever uses it otherwise than with a wide screen and a mouse: on a phone, magnified, by
 * keyboard, without motion; and in both themes without serious barriers, also where the journeys do not come by. Two of
 * three coordinators do not answer, so that what is said of those is looked at, too.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { keyboard, mouse, tabTo } from '../e2e/lib/hands.mjs';
import { DIALOG, JobDialog, jobRow } from '../e2e/lib/job-dialog.mjs';
import { ask, UID } from './ask.mjs';
import { QUICK, startRig } from './rig.mjs';
import { shippedRule } from './shipped-rules.mjs';
import { openBrowser, skip, Visitor } from './visitor.mjs';

const HANGS = 'invoices-to-warehouse';
const APP = '/a/unjam-jobs-app';
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const OTHERS = [
  {
    uid: 'etl',
    name: 'Unjam: CloverDX',
    jsonData: {
      kind: 'cloverdx',
      urls: [`${NOWHERE}/nodeA/clover`],
      messaging: { source: 'jolokia', nodes: [{ name: 'nodeA', url: `${NOWHERE}/jolokia` }], windows: true },
    },
  },
  { uid: 'own', name: 'Unjam: in-house', jsonData: { kind: 'generic', urls: [NOWHERE] } },
];
/** The widths of a phone, and of a window of 1280 pixels that is magnified to 200 %. */
const NARROW = /** @type {const} */ ([
  { screen: 'phone', width: 400, height: 800 },
  { screen: 'magnified', width: 640, height: 450 },
]);

describe('screens of the workbench', { skip }, () => {
  /** @type {import('./rig.mjs').Rig} */
  let rig;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Visitor} */
  let visitor;
  /** @type {import('playwright-core').Page} */
  let page;
  let jobPage = '';

  before(async () => {
    browser = await openBrowser();
    rig = await startRig('stuck-final-status-lost', QUICK, { asksWorkers: true, others: OTHERS });
    const hangs = rig.simulator.world
      .settle()
      .jobs.heldOpen()
      .find(({ name }) => name === HANGS);
    jobPage = `${APP}/job?ds=${UID}&job=${hangs?.id}`;
    visitor = await Visitor.arrive(browser, { prefix: 'screen-' });
    ({ page } = visitor);
  });

  after(async () => {
    await browser?.close();
    await rig?.close();
  });

  /** What each page shows when it is drawn. */
  const PAGES = /** @type {Record<string, { path: () => string, drawn: (page: Page) => Locator }>} */ ({
    overview: { path: () => APP, drawn: (on) => on.getByText('Not reachable').first() },
    job: { path: () => jobPage, drawn: (on) => on.getByText(/Stuck[:;] /).first() },
    audit: { path: () => `${APP}/audit`, drawn: (on) => on.getByRole('table', { name: /^Rows of the audit trail/ }) },
    setup: { path: () => `${APP}/setup`, drawn: (on) => on.getByText(/of 8 steps are done/).first() },
    dashboard: { path: () => '/d/unjam-stuck-jobs', drawn: (on) => jobRow(on, HANGS).first() },
    editor: {
      path: () => `/connections/datasources/edit/${UID}`,
      drawn: (on) => on.getByText('Master addresses', { exact: true }),
    },
  });

  it('one job is planned for, so that the audit trail has a row', async () => {
    await visitor.visit(rig, '/d/unjam-stuck-jobs');
    const jobId = new URLSearchParams(jobPage.split('?')[1]).get('job');
    const plan = await ask(page, 'POST', 'actions', { action: 'cancel', jobId }, 'cancel');
    assert.equal(plan.status, 200, JSON.stringify(plan.body));
  });

  it('overview: what is said of coordinators that do not answer', async () => {
    await visitor.visit(rig, APP);
    for (const name of ['Unjam: CloverDX', 'Unjam: in-house']) {
      await page.getByRole('region', { name }).getByText('Not reachable').waitFor();
    }
    await visitor.look('overview', undefined, page.locator('main'));
  });

  it('job: of an address that names no data source, and of a job that nobody knows', async () => {
    await visitor.visit(rig, `${APP}/job`);
    await page.getByRole('alert').first().waitFor();
    await visitor.look('job-nowhere');
    await visitor.visit(rig, `${APP}/job?ds=${UID}&job=123`);
    await page.getByText('Job 123 is not found').waitFor();
    await visitor.look('job-unknown');
  });

  it('job: by keyboard through the timeline, and from its button into the dialog and back', async () => {
    await visitor.visit(rig, jobPage);
    const timeline = page.getByRole('group', { name: /^Timeline from/ });
    await timeline.focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('region', { name: 'What happened' }).getByRole('status').locator('p').first().waitFor();
    await page.getByText(/^The timeline as a list/).click();
    await visitor.look('job-timeline');
    const hand = keyboard(page);
    await hand.press('button', /^Cancel job…$/);
    const dialog = new JobDialog(page, hand, 'cancel', HANGS);
    await dialog.box.getByText('What it will do').waitFor();
    assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog');
    await page.keyboard.press('Escape');
    await dialog.box.waitFor({ state: 'detached' });
    assert.equal(await hasFocus(page.getByRole('button', { name: /^Cancel job…$/ })), true, 'the focus is given back');
  });

  it('audit: the details of a row', async () => {
    await visitor.visit(rig, `${APP}/audit`);
    const rows = page.getByRole('table', { name: /^Rows of the audit trail/ });
    await rows.getByRole('button', { expanded: false }).first().click();
    await rows.getByRole('button', { expanded: true }).waitFor();
    await visitor.look('audit-details', undefined, page.locator('main'));
  });

  it("set up: Grafana's alert rules and contact points, laid in as it tells them, and everything to be copied", async () => {
    await page.route('**/api/prometheus/grafana/api/v1/rules*', (route) => route.fulfill({ json: grafanasRules() }));
    await page.route('**/api/v1/provisioning/contact-points*', (route) =>
      route.fulfill({ json: [{ name: 'on-call', type: 'webhook', settings: { url: 'https://pager.example.com' } }] })
    );
    await page.route('**/api/v1/provisioning/policies*', (route) => route.fulfill({ json: { receiver: 'on-call' } }));
    await visitor.visit(rig, `${APP}/setup`);
    const rules = page.getByRole('table', { name: 'Alert rules for Unjam: SeaTunnel' });
    await rules.getByText('Fires', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'YAML of these rules' }).first().click();
    await page
      .getByText(/unjam-seatunnel-canceling-warning|canceling-warning/)
      .first()
      .waitFor();
    for (const copied of await page.locator('main details').all()) {
      await copied.evaluate((one) => one.setAttribute('open', ''));
    }
    await visitor.look('setup-rules', undefined, page.locator('main'));
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('in Chinese: the overview and the job, where the machine has a font for it', async (test) => {
    await visitor.visit(rig, `${APP}?lang=zh-Hans`);
    const name = page.getByRole('heading', { name: '协调器' });
    await name.waitFor();
    const hasFont = await page.evaluate(drawsDifferently, ['协', '调']);
    test.diagnostic(hasFont ? 'with a font' : 'no font for Chinese: the pictures show boxes, and are not taken');
    await page.goto(`${rig.url}${jobPage}&lang=zh-Hans`);
    await page.getByText(HANGS).first().waitFor();
    await page.getByRole('heading', { name: '证据' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-Hans');
    if (hasFont) {
      await visitor.look('chinese', undefined, page.locator('main'));
    }
  });

  for (const [name, uid, section] of [
    ['SeaTunnel', UID, 'Master addresses'],
    ['CloverDX', 'etl', 'Event delivery'],
    ['a coordinator of the generic contract', 'own', 'Addresses'],
  ]) {
    it(`data source: the settings of ${name}`, async () => {
      await visitor.visit(rig, `/connections/datasources/edit/${uid}`);
      await page
        .getByText(new RegExp(`^${section}`))
        .first()
        .waitFor();
      // Grafana tells a success as a status, and a fault as an alert.
      await page.getByRole('region', { name: 'Health' }).locator('[role=alert], [role=status]').waitFor();
      await visitor.look(`editor-${uid}`, undefined, page.locator('main'));
    });
  }

  it('data source: the editor of each kind of query', async () => {
    await visitor.visit(rig, '/explore');
    for (const kind of ['Jobs', 'Metric', 'States', 'Delivery', 'Events']) {
      await page.getByRole('radio', { name: kind, exact: true }).click();
      await visitor.look(`query-${kind.toLowerCase()}`);
    }
  });

  for (const { screen, width, height } of NARROW) {
    describe(`${screen}: ${width} pixels wide`, () => {
      /** @type {Visitor} */
      let narrow;

      before(async () => {
        narrow = await Visitor.arrive(browser, { width, height, prefix: `${screen}-` });
      });
      after(() => narrow?.leave());

      for (const [name, { path, drawn }] of Object.entries(PAGES)) {
        it(`${name}: no wider than the screen`, async () => {
          await narrow.visit(rig, path());
          await drawn(narrow.page).waitFor();
          await narrow.look(name, undefined, narrow.page.locator('main'));
          const { whole, wide } = await narrow.page.evaluate(widerThanTheScreen);
          assert.ok(whole <= width, `the page is ${whole} pixels wide: ${wide}`);
        });
      }

      it('dialog: its words and buttons are within the screen, and the focus stays in it', async () => {
        await narrow.visit(rig, '/d/unjam-stuck-jobs');
        await narrow.actionsKnown();
        const dialog = new JobDialog(narrow.page, mouse(narrow.page), 'force-stop', HANGS);
        await dialog.open();
        await dialog.untilAllowed();
        await narrow.look('dialog', DIALOG);
        const wide = await dialog.box.evaluate((box) => box.scrollWidth - box.clientWidth);
        assert.ok(wide <= 1, `the dialog scrolls sideways by ${wide} pixels`);
        for (const button of await dialog.box.getByRole('button').all()) {
          await button.scrollIntoViewIfNeeded();
          const box = await button.boundingBox();
          assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${await button.innerText()} is cut`);
          assert.ok(box.y >= 0 && box.y + box.height <= height, `${await button.innerText()} is below the screen`);
        }
        assert.equal(await dialog.strayFocus(), '', 'the focus stays in the dialog');
        await dialog.leave(/^Keep waiting$/);
      });

      it('threw nothing on the way', () => {
        assert.deepEqual(narrow.faults, []);
      });
    });
  }

  it('without motion: nothing moves where the system asks for that, on no page and in no dialog', async () => {
    for (const { path, drawn } of Object.values(PAGES)) {
      await visitor.visit(rig, path());
      await drawn(page).waitFor();
      assert.deepEqual(await page.evaluate(moving), [], path());
    }
    await visitor.visit(rig, '/d/unjam-stuck-jobs');
    await visitor.actionsKnown();
    const dialog = new JobDialog(page, mouse(page), 'cancel', HANGS);
    await dialog.open();
    await dialog.untilAllowed();
    assert.deepEqual(await page.evaluate(moving), [], 'the dialog');
    await tabTo(page, 'button', /^Keep waiting$/);
    await page.keyboard.press('Enter');
  });

  it('threw nothing on the way', () => {
    assert.deepEqual(visitor.faults, []);
  });
});

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').Locator} Locator
 */

/** As Grafana answers: the shipped rules, of which one fires, one is paused, and one cannot be evaluated. */
function grafanasRules() {
  const states = [
    ['Job stuck in CANCELING', 'warning', { state: 'firing', health: 'ok' }],
    ['Many jobs stuck', 'critical', { state: 'inactive', health: 'ok', isPaused: true }],
    ['Job cannot recover', 'critical', { state: 'pending', health: 'ok' }],
    ['Job lost', 'critical', { state: 'inactive', health: 'error' }],
    ['Coordinator not seen', 'critical', { state: 'inactive', health: 'ok' }],
  ];
  const rules = states.map(([title, severity, state], index) => {
    const { annotations } = shippedRule(String(title));
    return {
      uid: `rule-${index}`,
      name: title,
      labels: { severity },
      annotations,
      queriedDatasourceUIDs: [UID],
      lastEvaluation: new Date().toISOString(),
      .../** @type {object} */ (state),
    };
  });
  return { status: 'success', data: { groups: [{ name: 'unjam', file: 'Unjam', rules }] } };
}

/** Runs in the page: how wide it is, and what makes it so. */
function widerThanTheScreen() {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = Array.from(document.querySelectorAll('main *'))
    .filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120));
  return { whole: scrollWidth, wide: wide.slice(0, 5).join(' | ') };
}

/** Runs in the page: what moves by itself and does not stop. */
function moving() {
  return document
    .getAnimations()
    .filter(({ playState, effect }) => playState === 'running' && effect?.getTiming().iterations === Infinity)
    .map(({ effect }) => (effect instanceof KeyframeEffect ? (effect.target?.outerHTML.slice(0, 120) ?? '') : ''));
}

/**
 * Runs in the page: whether two characters look different. Those that no font has are the same box.
 * @param {string[]} characters
 */
function drawsDifferently(characters) {
  const [one, other] = characters.map((character) => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    if (pen) {
      pen.font = '40px sans-serif';
      pen.fillText(character, 10, 60);
    }
    return canvas.toDataURL();
  });
  return one !== other;
}

/** @param {import('playwright-core').Locator} element */
function hasFocus(element) {
  return element.evaluate((one) => one === document.activeElement);
}
