// @ts-check
/**
 * The zip of a release in a real Grafana, unpacked as people do it: nothing of the working tree is used but the zip, which
 * is made of dist for this machine's platform. PACKAGE names a zip that is there already.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { has } from '../scripts/lib/children.mjs';
import { pluginIds } from '../scripts/lib/plugin-files.mjs';
import { readArchive } from '../scripts/release/archive.mjs';
import { pack } from '../scripts/release/pack.mjs';
import { chosenPlatforms } from '../scripts/release/platforms.mjs';
import { version } from '../scripts/release/sources.mjs';
import { startSimulator } from '../simulator/simulator.mjs';
import { findBrowser, startBrowser } from './browser.mjs';
import { findGrafana, startGrafana } from './grafana.mjs';
import { Unjam } from './lib/unjam.mjs';
import { until } from './lib/until.mjs';

const { found, reason } = findGrafana();
const browserFound = findBrowser();
const APP = 'unjam-jobs-app';
const HEALTHY_BOUND_MS = 30_000;
const DRAWN_BOUND_MS = 30_000;

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => process.exit(1));
}

/** @returns {string | undefined} */
function missing() {
  if (!found) {
    return `no Grafana was found: ${reason}`;
  }
  return found.kind === 'url' ? 'GRAFANA_URL is set, and nothing can be installed there' : undefined;
}

describe('The zip, unpacked into an empty Grafana', { skip: missing() }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-install-'));
  /** @type {import('./grafana.mjs').Running} */
  let grafana;
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  /** @type {import('../scripts/release/archive.mjs').Entry[]} */
  let entries;

  before(async () => {
    if (!found) {
      return;
    }
    const platform = `linux/${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
    const file = process.env.PACKAGE ?? (await pack({ platforms: chosenPlatforms(platform), out: folder })).file;
    entries = await readArchive(file);
    simulator = await startSimulator({ scenario: 'stuck-final-status-lost' });
    const of = (/** @type {string} */ role) =>
      simulator.members.find((member) => member.role === role && member.restV2)?.restV2 ?? '';
    grafana = await startGrafana(found, {
      coordinatorUrl: of('master'),
      workerUrl: of('worker'),
      install: (plugins) => unpack(file, plugins),
    });
    console.log(`${path.basename(file)} in ${grafana.about}.`);
  });

  after(async () => {
    await Promise.all([grafana?.stop(), simulator?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** @param {string} name below the zip's folder */
  const bytesOf = (name) => entries.find((entry) => entry.name === `${APP}/${name}`)?.bytes;

  for (const id of pluginIds()) {
    test(`${id} is loaded, unsigned and of this version`, async () => {
      const plugin = await grafana.admin.json('GET', `/api/plugins/${id}/settings`);
      assert.equal(plugin.info.version, version());
      assert.equal(plugin.signature, 'unsigned');
    });
  }

  test("what Grafana gives out is the zip's: code, logos, pictures", async () => {
    const plugins = entries.filter(({ name }) => path.posix.basename(name) === 'plugin.json');
    assert.equal(plugins.length, pluginIds().length);
    for (const { name, bytes } of plugins) {
      const { id, info } = JSON.parse(bytes.toString());
      const beside = path.posix.dirname(name).slice(APP.length + 1);
      const pictures = info.screenshots.map((/** @type {{ path: string }} */ picture) => picture.path);
      for (const file of ['module.js', info.logos.small, info.logos.large, ...pictures]) {
        const answer = await fetch(`${grafana.url}/public/plugins/${id}/${file}`);
        const given = Buffer.from(await answer.arrayBuffer());
        assert.equal(answer.status, 200, `${id}/${file}`);
        assert.ok(bytesOf(path.posix.join(beside, file))?.equals(given), `${id}/${file} is not the zip's`);
      }
    }
  });

  test("the data source's program runs, and its health is good on the simulator", async () => {
    const unjam = new Unjam(grafana.admin);
    let said = '';
    await until(
      'the health is good',
      HEALTHY_BOUND_MS,
      async () => {
        const { status, message } = await unjam.health();
        said = message;
        return status === 'OK';
      },
      async () => said
    );
  });

  test("the app's dashboards can be imported", async () => {
    const offered = await grafana.admin.json('GET', `/api/plugins/${APP}/dashboards`);
    const named = JSON.parse(String(bytesOf('plugin.json'))).includes;
    const dashboards = named.filter((/** @type {{ type: string }} */ { type }) => type === 'dashboard');
    assert.equal(offered.length, dashboards.length);
    for (const { path: file, title } of offered) {
      const body = { pluginId: APP, path: file, overwrite: true, inputs: [] };
      const imported = await grafana.admin.json('POST', '/api/dashboards/import', body);
      assert.equal(imported.imported, true, title);
      assert.equal((await grafana.admin.send('GET', imported.importedUrl)).status, 200, title);
    }
  });

  const noBrowser =
    browserFound.path === null ? browserFound.reason : found?.hasUI ? false : 'this Grafana has no browser part';
  test('the overview is drawn in a browser, and nothing of ours fails to load', { skip: noBrowser }, async () => {
    const browser = await startBrowser(browserFound.path ?? '');
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(DRAWN_BOUND_MS);
      /** @type {string[]} */
      const failed = [];
      page.on('response', (answer) => {
        if (answer.url().includes('/public/plugins/unjam-') && answer.status() >= 400) {
          failed.push(`${answer.status()} ${answer.url()}`);
        }
      });
      page.on('pageerror', (error) => failed.push(error.message));
      await page.request.post(`${grafana.url}/login`, { data: grafana.admin.identity });
      await page.goto(`${grafana.url}/a/${APP}`);
      const { name } = await grafana.admin.json('GET', '/api/datasources/uid/unjam-seatunnel');
      await page.getByText(name, { exact: true }).first().waitFor();
      // What only the simulator knows.
      await page.getByText('CANCELING').first().waitFor();
      assert.deepEqual(failed, []);
    } finally {
      await browser.close();
    }
  });
});

/**
 * @param {string} file
 * @param {string} plugins the folder of plugins
 */
async function unpack(file, plugins) {
  if (has('unzip', '-v')) {
    const { status, stderr } = spawnSync('unzip', ['-q', file, '-d', plugins], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return;
  }
  for (const { name, mode, bytes } of await readArchive(file)) {
    const to = path.join(plugins, name);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, bytes);
    chmodSync(to, mode);
  }
}
