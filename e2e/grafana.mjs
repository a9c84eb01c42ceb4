// @ts-check
/** Finds a Grafana for the journey and runs it with this repository's plugin and provisioning. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../engines/seatunnel/lib/ports.mjs';
import { dockerCommand, dockerProblem } from './lib/docker.mjs';
import { GrafanaClient } from './lib/client.mjs';
import { journeyProvisioning } from './lib/provisioning.mjs';
import { DATA_SOURCE_UID, Unjam } from './lib/unjam.mjs';
import { until } from './lib/until.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const keeper = fileURLToPath(new URL('./lib/keeper.mjs', import.meta.url));

/** The plugins of this repository; none is signed. */
const PLUGIN_IDS = ['unjam-jobs-app', 'unjam-coordinator-datasource', 'unjam-stuckjobs-panel', 'unjam-delivery-panel'];
/** Where Linux packages put Grafana. */
const PACKAGE_HOME = '/usr/share/grafana';
/** Creating its database takes a new Grafana 10 to 20 s on two busy cores; a first pull of an image, minutes. */
const START_BOUND_MS = 180_000;
/** Changed settings of a data source are in force after about 5 s. */
const CHANGE_BOUND_MS = 30_000;

/**
 * @typedef {({ kind: 'url', url: string } | { kind: 'home', home: string } | { kind: 'docker' }) & { hasUI: boolean }} Found
 *   `hasUI` is false where only the server was built
 * @typedef {object} Running
 * @property {GrafanaClient} admin signed in as the server's administrator
 * @property {string} url
 * @property {string} about which Grafana this is, for people
 * @property {string} store what grafana.ini says about the store; empty where the server is not ours
 * @property {string} provisioning the folder of its provisioning, which it can be told to read again; empty where the server is
 *   not ours
 * @property {boolean} ours false for a server that was running already
 * @property {() => string} log
 * @property {() => Promise<void>} stop ends it and removes its files
 */

/**
 * The Grafana to use: GRAFANA_URL, GRAFANA_HOME, a package's folder, Docker; else the reason why there is none.
 * @returns {{ found: Found, reason?: undefined } | { found: null, reason: string }}
 */
export function findGrafana() {
  const { GRAFANA_URL: url, GRAFANA_HOME: home } = process.env;
  if (url) {
    return { found: { kind: 'url', url: url.replace(/\/+$/, ''), hasUI: true } };
  }
  if (home) {
    return hasServer(home)
      ? { found: { kind: 'home', home, hasUI: hasBuiltUI(home) } }
      : { found: null, reason: `GRAFANA_HOME is set, but it has no bin/grafana` };
  }
  if (hasServer(PACKAGE_HOME)) {
    return { found: { kind: 'home', home: PACKAGE_HOME, hasUI: hasBuiltUI(PACKAGE_HOME) } };
  }
  const problem = dockerProblem();
  return problem
    ? { found: null, reason: `no GRAFANA_URL, no GRAFANA_HOME, no Grafana in ${PACKAGE_HOME}, and ${problem}` }
    : { found: { kind: 'docker', hasUI: true } };
}

/** @param {string} home */
function hasServer(home) {
  return existsSync(path.join(home, 'bin', 'grafana'));
}

/**
 * Whether a Grafana's browser part was built: its packages hold this manifest, and a checkout after `yarn build`.
 * @param {string} home
 */
function hasBuiltUI(home) {
  return existsSync(path.join(home, 'public', 'build', 'assets-manifest.json'));
}

/**
 * Starts a Grafana, or uses the running one of GRAFANA_URL.
 * @param {Found} found
 * @param {{ coordinatorUrl: string, workerUrl: string, dataSource?: Record<string, unknown>, actions?: Record<string, unknown>, provision?: Record<string, string>, port?: number, password?: string, install?: (plugins: string) => Promise<void> }} options
 *   `dataSource` and `actions` change jsonData of the provisioned data source, to make the run short; `provision` adds
 *   files to the provisioning, texts by path; `install` fills the folder of plugins, instead of what is built in dist; a
 *   free port and a random password of the administrator unless they are given
 * @returns {Promise<Running>}
 */
export async function startGrafana(found, options) {
  if (found.kind === 'url') {
    return useRunning(found.url, options);
  }
  if (!options.install && !existsSync(path.join(root, 'dist', 'plugin.json'))) {
    throw new Error('There is no dist/plugin.json: run "npm run build" first.');
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-grafana-'));
  try {
    return await startOwn(found, folder, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Points the provisioned data source of a running Grafana at the journey's engine.
 * @param {string} url
 * @param {Parameters<typeof startGrafana>[1]} options
 * @returns {Promise<Running>}
 */
async function useRunning(url, options) {
  const admin = new GrafanaClient(url, {
    user: process.env.GRAFANA_USER ?? 'admin',
    password: process.env.GRAFANA_PASSWORD ?? 'admin',
  });
  const { version } = await admin.json('GET', '/api/health');
  const source = await admin.json('GET', `/api/datasources/uid/${DATA_SOURCE_UID}`);
  const jsonData = {
    ...source.jsonData,
    ...options.dataSource,
    urls: [options.coordinatorUrl],
    workerUrls: [options.workerUrl],
    actions: { ...source.jsonData.actions, ...options.actions },
  };
  await admin.json('PUT', `/api/datasources/uid/${DATA_SOURCE_UID}`, { ...source, jsonData });
  const unjam = new Unjam(admin);
  const say = async () => (await unjam.health()).message;
  // Grafana keeps the settings before for some seconds.
  await until(
    'the data source reaches the engine',
    CHANGE_BOUND_MS,
    async () => (await unjam.health()).status === 'OK',
    say
  );
  return {
    admin,
    url,
    about: `Grafana ${version} of GRAFANA_URL`,
    store: '',
    provisioning: '',
    ours: false,
    log: () => '',
    stop: async () => {},
  };
}

/**
 * @param {Exclude<Found, { kind: 'url' }>} found
 * @param {string} folder
 * @param {Parameters<typeof startGrafana>[1]} options
 * @returns {Promise<Running>}
 */
async function startOwn(found, folder, options) {
  const port = options.port || (await freePorts(1))[0];
  const url = `http://127.0.0.1:${port}`;
  const password = options.password ?? randomBytes(18).toString('base64url');
  // Inside a container the folder has another name.
  const seen = found.kind === 'docker' ? '/unjam' : folder;
  const store = `sqlite:${seen}/data/unjam.db`;
  for (const name of ['data', 'logs', 'plugins']) {
    mkdirSync(path.join(folder, name));
  }
  if (options.install) {
    await options.install(path.join(folder, 'plugins'));
  } else if (found.kind === 'docker') {
    cpSync(path.join(root, 'dist'), path.join(folder, 'plugins', 'unjam-jobs-app'), {
      recursive: true,
      dereference: true,
    });
  } else {
    symlinkSync(path.join(root, 'dist'), path.join(folder, 'plugins', 'unjam-jobs-app'));
  }
  journeyProvisioning({
    from: path.join(root, 'provisioning'),
    to: path.join(folder, 'provisioning'),
    seenAs: `${seen}/provisioning`,
    ...options,
  });
  const ini = path.join(folder, 'grafana.ini');
  writeFileSync(ini, configuration({ seen, port, url, password, store, inContainer: found.kind === 'docker' }), {
    mode: 0o600,
  });
  const logFile = path.join(folder, 'logs', 'output.log');
  const environment = { UNJAM_COORDINATOR_URL: options.coordinatorUrl, UNJAM_WORKER_URL: options.workerUrl };
  const [program, ...programArguments] =
    found.kind === 'docker'
      ? dockerCommand({ folder, seen, port, environment, name: path.basename(folder) })
      : [path.join(found.home, 'bin', 'grafana'), 'server', '--homepath', found.home, '--config', ini];
  const child = spawn(process.execPath, [keeper, folder, logFile, program ?? '', ...programArguments], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    // Nothing of our environment but this: Grafana takes every GF_… variable for a setting.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', TZ: 'UTC', ...environment },
  });
  // A keeper that has ended closes the pipe; that is no error of ours.
  child.stdin?.on('error', () => {});
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const admin = new GrafanaClient(url, { user: 'admin', password });
  const stop = async () => {
    child.stdin?.end();
    await ended;
  };
  try {
    const version = await ready(admin, child, log);
    const where = found.kind === 'docker' ? 'in Docker' : `in ${found.home}`;
    return {
      admin,
      url,
      about: `Grafana ${version} ${where}`,
      store,
      provisioning: path.join(folder, 'provisioning'),
      ours: true,
      log,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Waits until the server answers and its plugins are loaded.
 * @param {GrafanaClient} admin
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => string} log
 * @returns {Promise<string>} its version
 */
async function ready(admin, child, log) {
  const until = Date.now() + START_BOUND_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) {
      throw new Error(`Grafana ended while it started. The end of its log:\n${log().slice(-4000)}`);
    }
    const health = await admin.send('GET', '/api/health').catch(() => undefined);
    if (health?.status === 200) {
      return JSON.parse(health.text).version;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`Grafana was not ready after ${START_BOUND_MS / 1000} s. The end of its log:\n${log().slice(-4000)}`);
}

/**
 * @param {{ seen: string, port: number, url: string, password: string, store: string, inContainer: boolean }} options
 */
function configuration({ seen, port, url, password, store, inContainer }) {
  return `
app_mode = production
[paths]
data = ${seen}/data
logs = ${seen}/logs
plugins = ${seen}/plugins
provisioning = ${seen}/provisioning
[server]
protocol = http
http_addr = ${inContainer ? '' : '127.0.0.1'}
http_port = ${port}
root_url = ${url}/
[database]
wal = true
[security]
admin_user = admin
admin_password = ${password}
secret_key = ${randomBytes(16).toString('hex')}
disable_gravatar = true
# Basic authentication of several users at once must not be taken for an attack.
disable_brute_force_login_protection = true
[users]
allow_sign_up = false
[auth.anonymous]
enabled = false
[public_dashboards]
enabled = true
# Nothing goes out: the journey is about two programs on one machine.
[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
feedback_links_enabled = false
[plugins]
allow_loading_unsigned_plugins = ${PLUGIN_IDS.join(',')}
preinstall_disabled = true
public_key_retrieval_disabled = true
[news]
news_feed_enabled = false
[snapshots]
external_enabled = false
[grafana_com]
url = http://127.0.0.1:9
api_url = http://127.0.0.1:9/api
[grafana_net]
url = http://127.0.0.1:9
[log]
mode = console
level = info
[plugin.unjam-coordinator-datasource]
store = ${store}
`;
}
