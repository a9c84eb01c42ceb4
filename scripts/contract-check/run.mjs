// @ts-check
/** The checks in their order: what everything else needs comes first. */
import { randomBytes } from 'node:crypto';
import { Client } from './client.mjs';
import { checkJobs } from './pages.mjs';
import {
  checkAuthentication,
  checkClock,
  checkDelivery,
  checkInfo,
  checkJob,
  checkMembers,
  checkUnknown,
} from './reads.mjs';
import { Report } from './report.mjs';
import { checkRefusals, checkWrites } from './stops.mjs';

/** What Unjam waits for an answer by default, in ms. */
const ANSWER_TIMEOUT = 5000;
/** How long a job may take to change its state, in ms. */
const PATIENCE = 30_000;

/**
 * @typedef {object} Options
 * @property {string} base the URL below which the contract's routes are
 * @property {import('./client.mjs').Credentials} [credentials]
 * @property {string} [writes] the id of a job that may be stopped; none: nothing is stopped
 * @property {(line: string) => void} write
 * @property {number} [timeout] ms for an answer
 * @property {number} [patience] ms for a job to change its state
 */

/**
 * Walks an implementation and tells what is right, missing or wrong.
 * @param {Options} options
 * @returns {Promise<number>} the exit code: 0 only when nothing that is required fails
 */
export async function contractCheck({
  base,
  credentials = {},
  writes,
  write,
  timeout = ANSWER_TIMEOUT,
  patience = PATIENCE,
}) {
  const client = new Client(base, credentials, timeout);
  const report = new Report((line) => write(client.hide(line)));
  const look = { client, report, unknownId: `unjam-contract-check-${randomBytes(8).toString('hex')}`, patience };
  const first = await checkInfo(look);
  if (!first) {
    report.notChecked(
      'everything else: GET /info comes first. Is this the base of the routes, as in https://host/coordinator/v1?'
    );
    return report.end();
  }
  const { info } = first;
  const members = await checkMembers(look);
  const jobs = await checkJobs(look, info, members);
  await checkJob(look, jobs);
  await checkUnknown(look);
  await checkAuthentication(look);
  if (!info.capabilities.parents) {
    report.lacks('parents: Unjam cannot tell which job waits for which.');
  }
  await checkDelivery(look, info, members);
  await checkRefusals(look, info);
  if (writes === undefined) {
    report.notChecked('what a stop does: name a job that may be stopped with --writes JOBID.');
  } else {
    await checkWrites(look, info, writes);
  }
  await checkClock(look, first);
  return report.end();
}
