// @ts-check
/**
 * A recording with its label: starts the recorder, lets a scenario provoke something, stops the
 * recorder, and writes down beside it what was true (truth/label.go).
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { recorderProgram, startRecorder } from './recorder.mjs';

/**
 * What was true of a job that hung. `since` is when it came into the state that it hung in, read from
 * `stage.now()` BEFORE that was provoked; `until` when it left it (without it: it hung to the end).
 * @typedef {object} JobTrue
 * @property {string} id
 * @property {string} cause in the words of pkg/diagnose/finding.go
 * @property {string} outlook
 * @property {number} since seconds since the recorder began
 * @property {number} [until]
 * @property {number} [thresholdSeconds] the settings' stuckAfterSeconds unless given
 */

/**
 * @typedef {object} Stage
 * @property {() => number} now seconds since the recorder began
 * @property {(seconds: number) => Promise<void>} sleep
 * @property {(text: string) => void} say tells who watches what happens, with the time
 */

/**
 * What is recorded.
 * @typedef {object} Recorded
 * @property {string} engine who answers, with its version: "SeaTunnel Zeta 2.3.8 over REST v1"
 * @property {'real engine' | 'simulator'} origin
 * @property {Record<string, any> & { pollIntervalSeconds: number, stuckAfterSeconds: number }} settings the data source's jsonData
 */

/**
 * @typedef {object} Place
 * @property {string} name of the recording
 * @property {string} story what happens, in a sentence or two
 * @property {string} out folder of NAME.jsonl.gz and NAME.truth.json
 * @property {string} [recorder] a built truth/record; without it one is built
 */

/**
 * A scenario brings its engine up, hands what is recorded and what it provokes to `record`, and cleans
 * up. Each of truth/provoke/{seatunnel,simulator,jgroups}.mjs exports a list of them as `scenarios`.
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} story
 * @property {string} [apart] why it is recorded only where it is named
 * @property {(record: (recorded: Recorded, provoke: Provoke) => Promise<void>) => Promise<void>} perform
 */

/**
 * Provokes, waits until enough was recorded, and gives the jobs that hung; none where nothing did.
 * @typedef {(stage: Stage) => Promise<JobTrue[]>} Provoke
 */

/**
 * Records while something is provoked, and writes the label.
 * @param {Place & Recorded} what
 * @param {Provoke} provoke
 * @returns {Promise<void>}
 * @throws whatever provoke throws; nothing is written then
 */
export async function record(what, provoke) {
  const program = what.recorder ?? (await recorderProgram());
  mkdirSync(what.out, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'unjam-provoke-'));
  const settings = join(scratch, 'settings.json');
  // In out only once it is whole: an earlier one stays where this one fails.
  const file = join(scratch, `${what.name}.jsonl.gz`);
  writeFileSync(settings, JSON.stringify(what.settings));
  try {
    const guess = Date.now();
    const args = ['--settings', settings, '--out', file, '--engine', what.engine, '--origin', what.origin];
    const recorder = await startRecorder(program, args);
    /** @type {JobTrue[]} */
    let jobs;
    try {
      jobs = await provoke(stageSince(what.name, guess));
    } finally {
      await recorder.end();
    }
    // The recorder's clock began a moment after ours.
    const late = (began(file) - guess) / 1000;
    writeFileSync(join(what.out, `${what.name}.truth.json`), label(what, jobs, late));
    copyFileSync(file, join(what.out, `${what.name}.jsonl.gz`));
    console.error(`${what.name}: ${Math.ceil(statSync(file).size / 1024)} kB, ${jobs.length} jobs hung.`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {number} from our clock in ms
 * @returns {Stage}
 */
function stageSince(name, from) {
  const now = () => (Date.now() - from) / 1000;
  return {
    now,
    sleep: (seconds) => sleep(seconds * 1000),
    say: (text) => console.error(`${name} ${now().toFixed(1).padStart(6)} s: ${text}`),
  };
}

/**
 * When a recording began, from its header.
 * @param {string} file
 * @returns {number} ms
 */
function began(file) {
  const header = gunzipSync(readFileSync(file)).toString('utf8').split('\n', 1)[0];
  return Date.parse(JSON.parse(header).began);
}

/**
 * @param {Place & Recorded} what
 * @param {JobTrue[]} jobs
 * @param {number} late how much later than ours the recorder's clock began, in seconds
 */
function label(what, jobs, late) {
  /** @param {number} at */
  const seconds = (at) => Math.max(0, Math.round((at - late) * 10) / 10);
  const timed = jobs.map((job) => ({
    ...job,
    since: seconds(job.since),
    ...(job.until === undefined ? {} : { until: seconds(job.until) }),
    thresholdSeconds: job.thresholdSeconds ?? what.settings.stuckAfterSeconds,
  }));
  return `${JSON.stringify({ story: what.story, jobs: timed }, null, 2)}\n`;
}
