// @ts-check
/**
 * Checks of cancel and force stop. Without --writes only requests that can stop nothing are sent: they are about an id
 * that no job has.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { faultsOfAnswer, faultsOfRefusal } from './answers.mjs';
import { walk } from './pages.mjs';
import { ENDS } from './reads.mjs';

/** @typedef {import('./client.mjs').Answer} Answer */
/** @typedef {import('./reads.mjs').Job} Job */
/** @typedef {import('./reads.mjs').Look} Look */
/** @typedef {import('./reads.mjs').Info} Info */

const STOPS = [
  { route: 'cancel', capability: 'cancel', without: 'Unjam cannot ask a job to stop.' },
  { route: 'force-stop', capability: 'forceStop', without: 'Unjam cannot end a job that a cancel does not move.' },
];
const SOME_TIME = '2026-01-02T03:04:05Z';
/** How often a job is looked at while it is waited for, in ms. */
const PAUSE = 250;
const USUAL_LIMIT = 1000;
/** In minutes; a zone that no server is likely to be in by default. */
const OTHER_ZONE = 5 * 60 + 30;
const DAY = 24 * 60 * 60 * 1000;

/**
 * @param {Look} look
 * @param {Info} info
 */
export async function checkRefusals({ client, report, unknownId }, info) {
  for (const { route, capability, without } of STOPS) {
    if (!offers(info, capability)) {
      report.lacks(`${capability}: ${without}`);
      continue;
    }
    const path = `/jobs/${unknownId}/${route}`;
    const unknown = await client.post(path, JSON.stringify({ createdAt: SOME_TIME }));
    report.check(`${route} of an unknown id is 404`, faultsOfRefusal(unknown, 404));
    const faults = faultsOfRefusal(await client.post(path));
    faults.push(...faultsOfRefusal(await client.post(path, '{')).map((fault) => `with a broken body, ${fault}`));
    report.check(`${route} without a body is 4xx`, faults);
    const got = await client.get(path);
    report.check(`GET does not ${route}`, faultsOfRefusal(got));
  }
}

/**
 * Stops a job, which has to be named, and looks at every step.
 * @param {Look} look
 * @param {Info} info
 * @param {string} id
 */
export async function checkWrites(look, info, id) {
  const { client, report } = look;
  const answer = await client.get(`/jobs/${encodeURIComponent(id)}`);
  const faults = faultsOfAnswer(answer, 200, 'Job');
  const job = /** @type {Job} */ (answer.json);
  if (faults.length === 0 && ENDS.includes(job.state)) {
    faults.push(`job ${id} has ended already (${job.state}): name an open one`);
  }
  if (faults.length === 0 && job.id !== id) {
    faults.push(`${answer.what}: the answer is about "${job.id}", so nothing is stopped`);
  }
  if (!report.check(`the job to stop is open (${id})`, faults)) {
    return;
  }
  const offered = STOPS.filter(({ capability }) => offers(info, capability));
  for (const { route } of offered) {
    const now = await read(look, job.id);
    if (now && ENDS.includes(now.state)) {
      report.notChecked(`${route}: job ${id} has ended before. Name a job that hangs, to check it.`);
      continue;
    }
    if (await checkOtherJob(look, job, route)) {
      await checkStop(look, job, route);
    }
  }
  if (offered.length > 0) {
    await checkEnd(look, job, offered);
  }
}

/**
 * A request that is about another job of that id must stop nothing.
 * @param {Look} look
 * @param {Job} job
 * @param {string} route
 * @returns {Promise<boolean>}
 */
async function checkOtherJob(look, job, route) {
  const { client, report } = look;
  const path = `/jobs/${job.id}/${route}`;
  const before = await read(look, job.id);
  const other = await client.post(path, createdAt(new Date(Date.parse(job.createdAt) - DAY).toISOString()));
  const faults = faultsOfRefusal(other, 409).map((fault) => `with another createdAt, ${fault}`);
  faults.push(...faultsOfRefusal(await client.post(path)).map((fault) => `without a body, ${fault}`));
  const after = await read(look, job.id);
  if (before?.state !== after?.state) {
    faults.push(`job ${job.id} went from ${before?.state} to ${after?.state} by a request that was to be refused`);
  }
  return report.check(`${route} of another job with that id is 409, and stops nothing`, faults);
}

/**
 * @param {Look} look
 * @param {Job} job
 * @param {string} route
 */
async function checkStop(look, job, route) {
  const { client, report } = look;
  const path = `/jobs/${job.id}/${route}`;
  const taken = await client.post(path, createdAt(inOtherZone(job.createdAt)));
  const faults = faultsOfAnswer(taken, 202, 'Taken');
  if (faults.length > 0 && taken.status === 409) {
    faults.push("the createdAt sent was the job's own, written in another zone: compare instants, not texts");
  }
  if (faults.length === 0 && /** @type {{ id: string }} */ (taken.json).id !== job.id) {
    faults.push(`${taken.what}: the answer is about "${/** @type {{ id: string }} */ (taken.json).id}"`);
  }
  if (!report.check(`${route} is taken with 202 and the id`, faults)) {
    return;
  }
  if (route === 'cancel') {
    const moving = [...ENDS, 'canceling'];
    const moved = await waitFor(look, job.id, ({ state }) => moving.includes(state));
    const right = moved && moving.includes(moved.state);
    report.check('a canceled job goes to canceling or to its end', right ? [] : staysFault(moved, job, look));
    const again = await client.post(path, createdAt(job.createdAt));
    const refused = faultsOfRefusal(again, 409);
    const ended = ENDS.includes((await read(look, job.id))?.state ?? '');
    report.check('asking twice is no error', ended && refused.length === 0 ? [] : faultsOfAnswer(again, 202, 'Taken'));
  } else {
    const moved = await waitFor(look, job.id, ({ state }) => ENDS.includes(state));
    report.check(
      'a job that was stopped by force is canceled',
      moved?.state === 'canceled' ? [] : staysFault(moved, job, look)
    );
  }
}

/**
 * @param {Look} look
 * @param {Job} job
 * @param {typeof STOPS} offered
 */
async function checkEnd(look, job, offered) {
  const { client, report } = look;
  const ended = await waitFor(look, job.id, ({ state }) => ENDS.includes(state));
  if (!ended || !ENDS.includes(ended.state)) {
    report.notChecked(`what follows the end: job ${job.id} is ${ended?.state ?? 'not readable'}.`);
    return;
  }
  const faults = [];
  for (const { route } of offered) {
    faults.push(...faultsOfRefusal(await client.post(`/jobs/${job.id}/${route}`, createdAt(job.createdAt)), 409));
  }
  report.check('a job that has ended is stopped no more (409)', faults);
  const still = await client.get(`/jobs/${job.id}`);
  const changed = faultsOfAnswer(still, 200, 'Job');
  const state = /** @type {Partial<Job>} */ (still.json ?? {}).state;
  if (changed.length === 0 && state !== ended.state) {
    changed.push(`job ${job.id} went from ${ended.state} to ${state}: a job never leaves its end`);
  }
  const listed = await walk(look, USUAL_LIMIT);
  if (listed.jobs.has(job.id)) {
    changed.push(`job ${job.id} has ended and is still in GET /jobs`);
  }
  report.check('a job that has ended is kept, and listed no more', changed);
}

/**
 * @param {Job | undefined} seen
 * @param {Job} job
 * @param {Look} look
 */
function staysFault(seen, job, look) {
  return seen
    ? [`job ${job.id} is still ${seen.state} after ${look.patience / 1000} s`]
    : [`GET /jobs/${job.id} gives the job no more: an end is proven by this answer alone`];
}

/**
 * Looks at a job until it is as wanted or patience ends; gives the last look.
 * @param {Look} look
 * @param {string} id
 * @param {(job: Job) => boolean} wanted
 */
async function waitFor(look, id, wanted) {
  const until = Date.now() + look.patience;
  for (;;) {
    const job = await read(look, id);
    if (!job || wanted(job) || Date.now() >= until) {
      return job;
    }
    await wait(Math.min(PAUSE, look.patience));
  }
}

/**
 * @param {Look} look
 * @param {string} id
 * @returns {Promise<Job | undefined>}
 */
async function read({ client }, id) {
  const answer = await client.get(`/jobs/${id}`);
  return faultsOfAnswer(answer, 200, 'Job').length === 0 ? /** @type {Job} */ (answer.json) : undefined;
}

/**
 * @param {Info} info
 * @param {string} capability
 */
function offers(info, capability) {
  return /** @type {Record<string, boolean | undefined>} */ (info.capabilities)[capability] === true;
}

/** @param {string} time */
function createdAt(time) {
  return JSON.stringify({ createdAt: time });
}

/**
 * The same instant as it is written in another zone, with all digits of its second.
 * @param {string} time
 */
export function inOtherZone(time) {
  const fraction = /\.\d+/.exec(time)?.[0] ?? '';
  const shifted = new Date(Date.parse(time.replace(fraction, '')) + OTHER_ZONE * 60 * 1000);
  return `${shifted.toISOString().slice(0, 19)}${fraction}+05:30`;
}
