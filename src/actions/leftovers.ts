import { type Action, type Leftovers } from '../api/types';
import { type TimeZone } from '@grafana/schema';
import { inertName } from '../model/text';
import { formatMoment, parseTime } from '../model/time';

/** How long the backend asks workers for leftover tasks after a proven end, in milliseconds (pkg/action/aftermath.go). */
const WATCHED_FOR = 3_600_000;

/** Whether the backend still asks the workers for tasks that the job left behind, by its own clock. */
export function isWatched({ kind, outcome, leftovers, asOf, updatedAt }: Action): boolean {
  if (kind !== 'force-stop' || (outcome !== 'stopped' && outcome !== 'ended by itself')) {
    return false;
  }
  const until = leftovers ? Date.parse(leftovers.until) : Date.parse(updatedAt) + WATCHED_FOR;
  return until > Date.parse(asOf);
}

/** The worst that is known: tasks run on; nobody could look everywhere; all that were asked run none; not looked yet. */
export type Finding = 'zombies' | 'unknown' | 'none' | 'not yet';

export function findingOf(leftovers: Leftovers | undefined): Finding {
  if (!leftovers || (parseTime(leftovers.checkedAt) === undefined && !leftovers.unasked)) {
    return 'not yet';
  }
  if (leftovers.tasks.length > 0) {
    return 'zombies';
  }
  return leftovers.unasked || leftovers.notChecked.length > 0 ? 'unknown' : 'none';
}

/** What still runs on the workers after the end was proven, in sentences that claim no more than was looked at. */
export function leftoverSentences(action: Action, timeZone?: TimeZone): string[] {
  const { leftovers } = action;
  const finding = findingOf(leftovers);
  if (!leftovers || finding === 'not yet') {
    return isWatched(action) ? ['The workers are being asked for tasks that run on.'] : [];
  }
  const sentences = leftovers.tasks.map(
    ({ worker, threads }) =>
      `Zombie task on worker ${inertName(worker)}: ${threads} ${threads === 1 ? 'thread' : 'threads'}.`
  );
  const checkedAt = parseTime(leftovers.checkedAt);
  const asOf = checkedAt === undefined ? '' : ` As of ${formatMoment(checkedAt, timeZone)}.`;
  if (finding === 'zombies') {
    sentences.push(`It goes on until it ends or its worker is restarted.${asOf}`);
  } else if (finding === 'none') {
    sentences.push(`No worker runs a task of the job.${asOf}`);
  } else if (!leftovers.unasked) {
    sentences.push(`The workers that answered run no task of the job.${asOf}`);
  }
  if (leftovers.unasked) {
    sentences.push(`It is not known whether a task runs on: ${inertName(leftovers.unasked)}`);
  }
  if (leftovers.notChecked.length > 0) {
    sentences.push(`Not checked: ${leftovers.notChecked.map((worker) => inertName(worker)).join(', ')}.`);
  }
  const until = parseTime(leftovers.until);
  if (until !== undefined && !leftovers.unasked) {
    const moment = formatMoment(until, timeZone);
    sentences.push(isWatched(action) ? `Watched until ${moment}.` : `Was watched until ${moment}.`);
  }
  return sentences;
}
