// @ts-check
/** Checks of what is read, but for the pages of jobs (pages.mjs). */
import { faultsOfAnswer, faultsOfRefusal } from './answers.mjs';

/**
 * @typedef {object} Info
 * @property {string} name
 * @property {string} time
 * @property {{ cancel?: boolean, forceStop?: boolean, delivery?: boolean, parents?: boolean }} capabilities
 *
 * @typedef {object} Member
 * @property {string} address
 * @property {string} [name]
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {string} name
 * @property {string} state
 * @property {string} createdAt
 * @property {string} [endedAt]
 * @property {string[]} [nodes]
 * @property {string} [parent]
 *
 * @typedef {object} Look what all checks share
 * @property {import('./client.mjs').Client} client
 * @property {import('./report.mjs').Report} report
 * @property {string} unknownId an id that no job has
 * @property {number} patience ms to wait for a job to change its state
 */

/** The states that a job never leaves. */
export const ENDS = ['finished', 'failed', 'canceled'];
/** How far two looks at the clock may differ from ours: a whole second, and a busy machine. */
const CLOCK_TOLERANCE = 2000;
/** From here on the clock is shown as wrong by Unjam's users. */
const SKEW_WORTH_A_HINT = 5000;
/** A time this far ahead of the clock at the beginning is wrong, however long the checks take. */
export const MOST_AHEAD = 5 * 60 * 1000;
/** How many of the listed jobs are read one by one. */
const SAMPLE = 3;

/**
 * @param {Look} look
 * @returns {Promise<{ info: Info, sent: number } | undefined>} undefined: it cannot be used
 */
export async function checkInfo({ client, report }) {
  const answer = await client.get('/info');
  if (!report.check('GET /info says what this is', faultsOfAnswer(answer, 200, 'Info'))) {
    return undefined;
  }
  const info = /** @type {Info} */ (answer.json);
  const skew = Date.parse(info.time) - (answer.sent + answer.got) / 2;
  if (Math.abs(skew) > SKEW_WORTH_A_HINT) {
    report.hint(
      `The coordinator's clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's.`
    );
  }
  return { info, sent: answer.sent };
}

/**
 * The clock must run: a constant is a frequent mistake.
 * @param {Look} look
 * @param {{ info: Info, sent: number }} first
 */
export async function checkClock({ client, report }, first) {
  const answer = await client.get('/info');
  const faults = faultsOfAnswer(answer, 200, 'Info');
  if (faults.length === 0) {
    const theirs = Date.parse(/** @type {Info} */ (answer.json).time) - Date.parse(first.info.time);
    const ours = answer.sent - first.sent;
    if (Math.abs(theirs - ours) > CLOCK_TOLERANCE) {
      faults.push(
        `time moved by ${theirs / 1000} s while ${ours / 1000} s went by: it must be the clock at the answer`
      );
    }
    if (theirs === 0 && ours > 0 && first.info.time.includes('.')) {
      faults.push('time stands still: it must be the clock at the answer');
    }
  }
  report.check('GET /info tells the running clock', faults);
}

/**
 * @param {Look} look
 * @returns {Promise<Set<string>>} addresses and names of the members
 */
export async function checkMembers({ client, report }) {
  const answer = await client.get('/members');
  /** @type {Set<string>} */
  const known = new Set();
  if (!report.check('GET /members lists the nodes', faultsOfAnswer(answer, 200, 'Members'))) {
    return known;
  }
  const { master, members } = /** @type {{ master?: string, members: Member[] }} */ (answer.json);
  const addresses = members.map((member) => member.address);
  const twice = addresses.filter((address, index) => addresses.indexOf(address) < index);
  report.check(
    'each member is there once',
    twice.map((address) => `the member ${address} is there twice`)
  );
  if (master === undefined) {
    report.hint('No master is named: Unjam takes it that this cluster has none, and waits for none before it acts.');
  } else if (master === '') {
    report.hint('No master is elected at present: Unjam acts only while there is one.');
  } else {
    const faults = addresses.includes(master) ? [] : [`the master ${master} is not among the addresses of the members`];
    report.check('the master is a member', faults);
  }
  for (const member of members) {
    known.add(member.address);
    known.add(member.name ?? member.address);
  }
  return known;
}

/**
 * Reads some of the listed jobs one by one.
 * @param {Look} look
 * @param {Job[]} jobs as the list showed them
 */
export async function checkJob({ client, report }, jobs) {
  if (jobs.length === 0) {
    report.notChecked('GET /jobs/{id}: there is no open job. Start one and check again.');
    return;
  }
  const faults = [];
  const sample = new Set([jobs[0], jobs[Math.floor(jobs.length / 2)], jobs.at(-1)].slice(0, SAMPLE));
  for (const listed of sample) {
    if (!listed) {
      continue;
    }
    const answer = await client.get(`/jobs/${listed.id}`);
    const found = faultsOfAnswer(answer, 200, 'Job');
    faults.push(...found);
    if (found.length > 0) {
      continue;
    }
    const job = /** @type {Job} */ (answer.json);
    if (job.id !== listed.id) {
      faults.push(`${answer.what}: the answer is about "${job.id}"; ids are given back as they were sent`);
    }
    if (Date.parse(job.createdAt) !== Date.parse(listed.createdAt)) {
      faults.push(`${answer.what}: createdAt is ${job.createdAt} here and ${listed.createdAt} in GET /jobs`);
    }
    if (job.name !== listed.name) {
      faults.push(`${answer.what}: name is "${job.name}" here and "${listed.name}" in GET /jobs`);
    }
  }
  report.check('GET /jobs/{id} gives the listed jobs', faults);
}

/** @param {Look} look */
export async function checkUnknown({ client, report, unknownId }) {
  const answer = await client.get(`/jobs/${unknownId}`);
  report.check('GET /jobs/{id} of an unknown id is 404', faultsOfRefusal(answer, 404));
}

/**
 * @param {Look} look
 * @param {Info} info
 * @param {Set<string>} members
 */
export async function checkDelivery({ client, report }, info, members) {
  if (!info.capabilities.delivery) {
    report.lacks('delivery: Unjam shows "not exposed" for the buffers between nodes.');
    return;
  }
  const answer = await client.get('/delivery');
  if (!report.check('GET /delivery lists pairs of nodes', faultsOfAnswer(answer, 200, 'Deliveries'))) {
    return;
  }
  const { deliveries } =
    /** @type {{ deliveries: { node: string, peer: string, reachable: boolean, lostSince?: string }[] }} */ (
      answer.json
    );
  const faults = [];
  const seen = new Set();
  for (const { node, peer, reachable, lostSince } of deliveries) {
    const pair = `${node} to ${peer}`;
    if (node === '' || peer === '') {
      faults.push('a pair has an empty node or peer');
    }
    if (node === peer) {
      faults.push(`the pair ${pair} is a node and itself`);
    }
    if (seen.has(pair)) {
      faults.push(`the pair ${pair} is there twice`);
    }
    seen.add(pair);
    if (lostSince !== undefined && Date.parse(lostSince) > Date.parse(info.time) + MOST_AHEAD) {
      faults.push(`the pair ${pair} is lost since ${lostSince}, in the future`);
    }
    if (!reachable && lostSince === undefined) {
      report.hint(`The pair ${pair} is not reachable and has no lostSince: no deadline can be told.`);
    }
    for (const end of [node, peer].filter((name) => members.size > 0 && !members.has(name))) {
      report.hint(`The pair ${pair} names ${end}, which is no member's address or name.`);
    }
  }
  report.check('each pair of nodes is there once', faults);
}

/** @param {Look} look */
export async function checkAuthentication({ client, report }) {
  if (!client.knows) {
    report.hint('No credentials were given: whoever reaches this address can do what was done here.');
    return;
  }
  report.check('401 without credentials', faultsOfRefusal(await client.get('/jobs', 'none'), 401));
  report.check('401 with wrong credentials', faultsOfRefusal(await client.get('/jobs', 'wrong'), 401));
}
