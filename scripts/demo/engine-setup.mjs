// @ts-check
/**
 * Gives the real SeaTunnel of docker-compose.yml something to show: two jobs, and a data source in Grafana.
 *
 *   SEATUNNEL_URL=http://… GRAFANA_URL=http://… [GRAFANA_USER=admin GRAFANA_PASSWORD=admin] node engine-setup.mjs
 *
 * It can be run again: jobs that run already and a data source that is there are left as they are. It imports nothing
 * that has to be installed.
 */
import { jobConfig } from '../../engines/seatunnel/lib/jobs.mjs';

const JOBS = ['clickstream to archive', 'orders to warehouse'];
/** Both create their databases or clusters first; on a slow machine that takes a minute. */
const START_BOUND_MS = 300_000;
const LOOK_EVERY_MS = 2_000;
const TIMEOUT_MS = 10_000;

const engine = addressOf('SEATUNNEL_URL');
const grafana = addressOf('GRAFANA_URL');
const { GRAFANA_USER = 'admin', GRAFANA_PASSWORD = 'admin' } = process.env;
const login = `Basic ${Buffer.from(`${GRAFANA_USER}:${GRAFANA_PASSWORD}`).toString('base64')}`;

try {
  await Promise.all([
    answers('SeaTunnel', `${engine}/overview`).then(submitJobs),
    answers('Grafana', `${grafana}/api/health`).then(addDataSource),
  ]);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function submitJobs() {
  const running = await send('GET', `${engine}/running-jobs`);
  const names = JSON.parse(running.text).map((/** @type {{ jobName: string }} */ job) => job.jobName);
  for (const name of JOBS.filter((wanted) => !names.includes(wanted))) {
    const { status, text } = await send(
      'POST',
      `${engine}/submit-job?jobName=${encodeURIComponent(name)}`,
      jobConfig(name, 'streaming')
    );
    if (status !== 200) {
      throw new Error(`SeaTunnel did not take the job "${name}": it answered ${status} ${text}`);
    }
    console.log(`SeaTunnel runs the job "${name}".`);
  }
}

async function addDataSource() {
  const source = {
    name: 'Unjam: SeaTunnel in Docker',
    uid: 'unjam-seatunnel-engine',
    type: 'unjam-coordinator-datasource',
    access: 'proxy',
    jsonData: {
      kind: 'seatunnel',
      clusterId: 'seatunnel-in-docker',
      urls: [engine],
      // The one member is a worker too.
      workerUrls: [engine],
      timeZone: 'UTC',
      actions: { enabled: true, minRole: 'Admin' },
    },
  };
  const { status, text } = await send('POST', `${grafana}/api/datasources`, source, { Authorization: login });
  if (status === 409) {
    console.log('Grafana has the data source of the engine already.');
  } else if (status === 200) {
    console.log(`Grafana has the data source "${source.name}".`);
  } else {
    throw new Error(`Grafana did not take the data source: it answered ${status} ${text}`);
  }
}

/**
 * Waits until somebody answers.
 * @param {string} who
 * @param {string} url
 */
async function answers(who, url) {
  const end = Date.now() + START_BOUND_MS;
  for (;;) {
    const answer = await send('GET', url).catch(() => undefined);
    if (answer?.status === 200) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`${who} did not answer within ${START_BOUND_MS / 60_000} minutes at ${url}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/**
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 */
async function send(method, url, body, headers = {}) {
  const response = await fetch(url, {
    method,
    headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, text: await response.text() };
}

/**
 * @param {string} name of an environment variable
 * @returns {string} without a slash at the end
 */
function addressOf(name) {
  const address = process.env[name];
  if (!address) {
    throw new Error(`${name} is not set: the address, as http://host:port.`);
  }
  return address.replace(/\/+$/, '');
}
