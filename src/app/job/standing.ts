import { type JobReading } from '../../api/job';
import { type JobAddress } from '../../jobs/jobPage';
import { type Episode } from '../../model/job';
import { type JobRow, type JobsAnswer } from '../../model/jobs';

/**
 * How the job of an address stands:
 * - `open`: the coordinator lists it, or listed it when it was last seen; a lost job is open.
 * - `ended`: its end was proven.
 * - `last seen`: it was known, and neither is it listed nor was its end proven.
 * - `another`: only jobs with the same id and another create time are known.
 * - `not found`: nothing is known of it.
 */
export type Standing =
  | { is: 'open'; row: JobRow; answer: JobsAnswer; episodes: Episode[] }
  | { is: 'ended'; end: Episode; episodes: Episode[] }
  | { is: 'last seen'; last: Episode; episodes: Episode[] }
  | { is: 'another'; createTimes: number[] }
  | { is: 'not found' };

/** How the job stands, by what was read of it. */
export function standingOf({ jobs, past }: JobReading, { id, createTime }: JobAddress): Standing {
  const rows = (jobs?.rows ?? []).filter((row) => row.id === id);
  const all = past?.episodes ?? [];
  const row = rows.find((one) => isSame(one.createTime, createTime));
  if (row && jobs) {
    return { is: 'open', row, answer: jobs, episodes: ofJob(all, row.createTime ?? createTime) };
  }
  // A link without a create time means the newest job of that id.
  const episodes = ofJob(all, createTime ?? all.at(-1)?.createTime);
  const last = episodes.at(-1);
  if (!last) {
    const createTimes = [...rows, ...all].flatMap((one) => one.createTime ?? []);
    return createTimes.length > 0
      ? { is: 'another', createTimes: Array.from(new Set(createTimes)).sort((a, b) => b - a) }
      : { is: 'not found' };
  }
  return isEnd(last) ? { is: 'ended', end: last, episodes } : { is: 'last seen', last, episodes };
}

/** Whether an episode says that the job is over for good. */
export function isEnd({ state }: Pick<Episode, 'state'>): boolean {
  return state === 'finished' || state === 'failed' || state === 'canceled';
}

/** The coordinator may tell the create time late, and cuts it to seconds: what is not told may be the same. */
function isSame(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || Math.abs(a - b) < SECOND;
}

const SECOND = 1000;

function ofJob(episodes: Episode[], createTime: number | undefined): Episode[] {
  return episodes.filter((episode) => isSame(episode.createTime, createTime));
}
