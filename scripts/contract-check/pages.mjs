// @ts-check
/** Checks of GET /jobs: every page, each job once, the limit honoured. */
import { faultsOfAnswer, faultsOfRefusal } from './answers.mjs';
import { ENDS, MOST_AHEAD } from './reads.mjs';

/** @typedef {import('./reads.mjs').Job} Job */
/** @typedef {import('./reads.mjs').Look} Look */
/** @typedef {import('./reads.mjs').Info} Info */

/** What Unjam reads at most (pkg/coordinator/generic). */
const MOST_PAGES = 5000;
const MOST_JOBS = 250_000;
/** The contract's default and maximum of `limit`. */
const USUAL_LIMIT = 1000;
const MOST_LIMIT = 10_000;
/** The second walk goes through about this many pages. */
const SMALL_PAGES = 3;
/** How many jobs that are missing somewhere are looked at one by one. */
const SAMPLE = 5;

/**
 * @typedef {object} Walk
 * @property {Map<string, Job>} jobs
 * @property {number} pages
 * @property {string[]} faults of a page, or of how pages follow each other; a walk ends at the first page with one
 * @property {string[]} twice jobs that came more than once
 */

/**
 * Reads every page.
 * @param {Look} look
 * @param {number} limit
 * @returns {Promise<Walk>}
 */
export async function walk({ client }, limit) {
  /** @type {Walk} */
  const found = { jobs: new Map(), pages: 0, faults: [], twice: [] };
  const cursors = new Set();
  let cursor = '';
  while (found.pages < MOST_PAGES && found.jobs.size <= MOST_JOBS) {
    const path = `/jobs?limit=${limit}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer = await client.get(path);
    found.pages++;
    found.faults.push(...faultsOfAnswer(answer, 200, 'JobPage'));
    if (found.faults.length > 0) {
      return found;
    }
    const page = /** @type {{ jobs: Job[], next?: string }} */ (answer.json);
    if (page.jobs.length > limit) {
      found.faults.push(`${answer.what}: gives ${page.jobs.length} jobs, more than the limit`);
    }
    for (const job of page.jobs) {
      if (found.jobs.has(job.id)) {
        found.twice.push(job.id);
      }
      found.jobs.set(job.id, job);
    }
    if (page.next === undefined) {
      return found;
    }
    if (cursors.has(page.next)) {
      found.faults.push(`${answer.what}: next is the cursor of an earlier page, so the pages never end`);
      return found;
    }
    cursors.add(page.next);
    cursor = page.next;
  }
  found.faults.push(`GET /jobs: the end was not reached after ${found.pages} pages with ${found.jobs.size} jobs`);
  return found;
}

/**
 * @param {Look} look
 * @param {Info} info
 * @param {Set<string>} members
 * @returns {Promise<Job[]>} the open jobs; empty where the list cannot be read
 */
export async function checkJobs(look, info, members) {
  const { client, report } = look;
  const usual = await client.get('/jobs');
  if (!report.check('GET /jobs lists open jobs', faultsOfAnswer(usual, 200, 'JobPage'))) {
    return [];
  }
  const first = await walk(look, USUAL_LIMIT);
  report.check(`every page of GET /jobs (${first.jobs.size} jobs)`, first.faults);
  if (first.faults.length > 0) {
    return [...first.jobs.values()];
  }
  const second = await checkSmallPages(look, first);
  report.check('no job is on two pages', twiceIn([first, second]));
  const jobs = [...first.jobs.values()];
  report.check(
    'only open jobs are listed',
    jobs
      .filter((job) => ENDS.includes(job.state) && (!second || second.jobs.has(job.id)))
      .slice(0, SAMPLE)
      .map((job) => `GET /jobs lists job ${job.id}, which is ${job.state}`)
  );
  report.check('jobs are consistent', faultsOfJobs(jobs, info));
  hintAtNodes(look, jobs, members);
  await checkOddPages(look);
  return jobs;
}

/**
 * Walks again with pages so small that there are several.
 * @param {Look} look
 * @param {Walk} first
 */
async function checkSmallPages(look, first) {
  if (first.jobs.size < 2) {
    look.report.notChecked('paging: there are fewer than two open jobs. Start some and check again.');
    return undefined;
  }
  const limit = Math.min(Math.ceil(first.jobs.size / SMALL_PAGES), MOST_LIMIT);
  const second = await walk(look, limit);
  const missing = second.faults.length > 0 ? [] : [...first.jobs.keys()].filter((id) => !second.jobs.has(id));
  const faults = [...second.faults];
  for (const id of missing.slice(0, SAMPLE)) {
    const answer = await look.client.get(`/jobs/${id}`);
    const job = /** @type {Partial<Job>} */ (answer.json ?? {});
    if (answer.status !== 200 || !ENDS.includes(job.state ?? '')) {
      faults.push(`job ${id} is open and on no page with limit=${limit}`);
    }
  }
  look.report.check(`pages of ${limit} give the same jobs`, faults);
  return second;
}

/** @param {(Walk | undefined)[]} walks */
function twiceIn(walks) {
  const twice = new Set(walks.flatMap((found) => found?.twice ?? []));
  return [...twice].slice(0, SAMPLE).map((id) => `GET /jobs: job ${id} comes more than once`);
}

/**
 * @param {Job[]} jobs
 * @param {Info} info
 */
function faultsOfJobs(jobs, info) {
  const faults = [];
  for (const job of jobs) {
    if (Date.parse(job.createdAt) > Date.parse(info.time) + MOST_AHEAD) {
      faults.push(`job ${job.id} was created at ${job.createdAt}, ahead of the clock of GET /info: check the zone`);
    }
    if (job.parent === job.id) {
      faults.push(`job ${job.id} is its own parent`);
    }
    if (job.parent !== undefined && !info.capabilities.parents) {
      faults.push(`job ${job.id} names a parent, and the capability parents is not offered`);
    }
  }
  return faults.length > SAMPLE
    ? [...faults.slice(0, SAMPLE), `and ${faults.length - SAMPLE} more of that kind`]
    : faults;
}

/**
 * @param {Look} look
 * @param {Job[]} jobs
 * @param {Set<string>} members
 */
function hintAtNodes({ report }, jobs, members) {
  const nodes = new Set(jobs.flatMap((job) => job.nodes ?? []));
  const strange = [...nodes].filter((node) => !members.has(node));
  if (members.size > 0 && strange.length > 0) {
    report.hint(`Jobs run on ${strange.slice(0, SAMPLE).join(', ')}, which is no member's address or name.`);
  }
}

/**
 * Limits and cursors that nobody should send: a sentence, not a breakdown.
 * @param {Look} look
 */
async function checkOddPages({ client, report }) {
  const faults = [];
  for (const query of ['limit=0', 'limit=-1', 'limit=many', `limit=${MOST_LIMIT + 1}`, 'cursor=unjam-contract-check']) {
    const answer = await client.get(`/jobs?${query}`);
    // Taking the nearest limit instead is as good.
    faults.push(...(answer.status === 200 ? faultsOfAnswer(answer, 200, 'JobPage') : faultsOfRefusal(answer)));
  }
  report.check('an odd limit or cursor is refused with 4xx, or bounded', faults);
}
