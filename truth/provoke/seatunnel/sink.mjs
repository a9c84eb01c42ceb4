// @ts-check
/**
 * Sinks that hang: the console sink of a worker logs to a FIFO that nobody reads. A line is longer than
 * a FIFO holds (64 KiB), so that one row blocks in write(2), which no interrupt ends.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killNode, startNode } from '../../../engines/seatunnel/cluster.mjs';
import { getV1 } from '../../../engines/seatunnel/lib/rest.mjs';
import { at, submit, until, workers } from './engine.mjs';

/** @typedef {import('./engine.mjs').Cluster} Cluster */

const LOG_CONFIG = fileURLToPath(new URL('../../../engines/seatunnel/conf/log4j2.properties', import.meta.url));
/** Rows with these words are too much for the sink; others are not logged. */
const HANGING_ROW = 'hangs the sink';
/** Longer than any recording: a savepoint that waits for the sink must not be given up. */
const CHECKPOINT_TIMEOUT_MS = 600_000;

/** @param {string} device */
const sinkLog = (device) => `
appender.sink.type = File
appender.sink.name = sink
appender.sink.fileName = ${device}
appender.sink.layout.type = PatternLayout
appender.sink.layout.pattern = %-70000m%n
appender.sink.filter.row.type = RegexFilter
appender.sink.filter.row.regex = (?s).*${HANGING_ROW}.*
appender.sink.filter.row.onMatch = ACCEPT
appender.sink.filter.row.onMismatch = DENY
logger.console.level = info
logger.console.additivity = false
logger.console.appenderRef.sink.ref = sink
`;

/**
 * Starts all workers anew with sinks that can hang, and gives a way to let them go on.
 * @param {Cluster} cluster
 * @param {(release: () => void) => Promise<void>} use release lets the sinks take all rows from then on
 */
export async function withHangingSinks(cluster, use) {
  const devices = workers(cluster).map((name) => ({ name, path: join(cluster.dir, `sink-of-${name}`) }));
  /** @type {import('node:child_process').ChildProcess[]} */
  const readers = [];
  /** @type {number[]} */
  const opened = [];
  const release = () => {
    if (readers.length === 0) {
      readers.push(...devices.map(({ path }) => spawn('cat', [path], { stdio: ['ignore', 'ignore', 'ignore'] })));
    }
  };
  try {
    for (const { name, path } of devices) {
      execFileSync('mkfifo', [path]);
      // In both directions: opening must not wait for the other side.
      opened.push(openSync(path, 'r+'));
      logTo(cluster, name, path);
    }
    await Promise.all(devices.map(({ name }) => killNode(cluster.dir, name)));
    for (const { name } of devices) {
      await startNode(cluster.dir, name);
    }
    await use(release);
  } finally {
    release(); // a worker cannot end while its log hangs
    await Promise.all(workers(cluster).map((name) => killNode(cluster.dir, name).catch(() => null)));
    readers.forEach((reader) => reader.kill());
    opened.forEach((descriptor) => closeSync(descriptor));
  }
}

/**
 * @param {Cluster} cluster
 * @param {string} worker
 * @param {string} device
 */
function logTo(cluster, worker, device) {
  const folder = join(cluster.dir, 'nodes', worker);
  const config = join(folder, 'log4j2.properties');
  writeFileSync(config, readFileSync(LOG_CONFIG, 'utf8') + sinkLog(device));
  const args = join(folder, 'java.args');
  const changed = readFileSync(args, 'utf8').replace(/(-Dlog4j2\.configurationFile=)[^"\n]*/, `$1${config}`);
  writeFileSync(args, changed);
}

/**
 * Submits a job and waits until its sink hangs.
 * @param {Cluster} cluster
 * @param {string} name
 * @returns {Promise<{ id: string, worker: string }>} worker: where it hangs
 */
export async function hanging(cluster, name) {
  const id = await submit(at(cluster, 'master-1'), name, config(name));
  const worker = await until(`a row of ${name} that blocks`, async () => {
    for (const worker of workers(cluster)) {
      const dump = JSON.stringify(await getV1(at(cluster, worker), '/thread-dump'));
      if (dump.includes('FileOutputStream.writeBytes')) {
        return worker;
      }
    }
    return '';
  });
  return { id, worker };
}

/** @param {string} name */
function config(name) {
  return {
    env: {
      'job.name': name,
      'job.mode': 'STREAMING',
      parallelism: 1,
      'checkpoint.interval': 5_000,
      'checkpoint.timeout': CHECKPOINT_TIMEOUT_MS,
    },
    source: [
      {
        plugin_name: 'FakeSource',
        plugin_output: 'fake',
        result_table_name: 'fake',
        parallelism: 1,
        'row.num': 3_600,
        'split.num': 3_600,
        'split.read-interval': 1_000,
        schema: { fields: { name: 'string' } },
        rows: [{ kind: 'INSERT', fields: [HANGING_ROW] }],
      },
    ],
    transform: [],
    sink: [{ plugin_name: 'Console', plugin_input: 'fake', source_table_name: 'fake' }],
  };
}
