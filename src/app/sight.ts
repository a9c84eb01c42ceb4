import { t } from '../i18n/text';
import { describeFailure } from '../api/failure';
import { type JobsReading } from '../api/jobs';
import { type Support } from '../api/types';
import { formatAge } from '../model/age';
import { freshness } from '../model/freshness';
import { formatMoment, parseTime } from '../model/time';
import { type CoordinatorState } from './coordinatorState';
import { isOfPresent, isOld, type Kept } from './refresh';

/**
 * How a coordinator is seen:
 * - `asking`: nothing has answered yet.
 * - `seen`: it is reachable, its newest poll was complete, and the page has just been told so.
 * - `in part`: it is reachable, and something of it is not known or wrong.
 * - `stale`: the page has not been told anything for a while.
 * - `not seen`: the backend cannot reach it.
 * - `not known`: the backend did not answer, so nobody knows.
 */
export type Sight = 'asking' | 'seen' | 'in part' | 'stale' | 'not seen' | 'not known';

/** How a coordinator is seen, and why not better. */
export interface Seen {
  sight: Sight;
  /** What is wrong and what to do; none when nothing is. */
  sentences: string[];
}

/** How a coordinator is seen at a moment, in milliseconds since 1970 by the browser's clock. */
export function see({ support, jobs }: Pick<CoordinatorState, 'support' | 'jobs'>, now: number): Seen {
  const { value, failure } = support;
  if (failure) {
    return { sight: 'not known', sentences: [describeFailure(failure), ...asItWas(support)] };
  }
  if (!value) {
    return { sight: 'asking', sentences: [] };
  }
  if (isOld(support, now) || isOld(jobs, now)) {
    return {
      sight: 'stale',
      sentences: [t('app.sight.old', 'No newer answer has come for a while.'), ...asItWas(support)],
    };
  }
  const sentences = wrongs(value, jobs);
  if (!value.reachable || (jobs.value && jobs.value.ending.blind && !jobs.failure)) {
    return {
      sight: 'not seen',
      sentences:
        sentences.length > 0
          ? sentences
          : [t('app.sight.look', "The coordinator is not seen. Look at the data source's health.")],
    };
  }
  return { sight: sentences.length > 0 ? 'in part' : 'seen', sentences };
}

function wrongs({ fault, asOf }: Support, { value, failure }: Kept<JobsReading>): string[] {
  const sentences = fault ? [fault] : [];
  if (!fault && parseTime(asOf) === undefined) {
    sentences.push(t('app.sight.not-read', 'The coordinator has not been read completely yet.'));
  }
  // The query repeats the fault in other words.
  const known = fault.replace(/\.$/, '').toLowerCase();
  const repeats = (warning: string) => known !== '' && warning.toLowerCase().includes(known);
  sentences.push(...(value?.warnings ?? []).filter((warning) => !repeats(warning)));
  if (failure) {
    const why = describeFailure(failure);
    sentences.push(
      ...(known !== '' && why.toLowerCase().includes(known)
        ? []
        : [t('app.sight.no-jobs', 'The jobs could not be read. {{why}}', { why })])
    );
  }
  return sentences;
}

function asItWas({ receivedAt }: Kept<Support>): string[] {
  return receivedAt === undefined
    ? []
    : [
        t('app.sight.as-it-was', 'What is shown here is how it was at {{moment}}.', {
          moment: formatMoment(receivedAt),
        }),
      ];
}

/** Whether a coordinator's jobs may be taken for the present; otherwise every state is UNKNOWN. */
export function showsPresent(jobs: Kept<JobsReading>, now: number): boolean {
  return isOfPresent(jobs, jobs.value?.ending, now);
}

/** Whether the jobs are those of the present and all of them, so that their absence says something. */
export function isWhole(jobs: Kept<JobsReading>, now: number): boolean {
  const { value, receivedAt } = jobs;
  return (
    value !== undefined &&
    receivedAt !== undefined &&
    showsPresent(jobs, now) &&
    value.ending.complete &&
    freshness(value.ending, receivedAt, now) === 'fresh'
  );
}

/** As of when the jobs were read, and how long ago where they are not the present. */
export function asOfStatement({ value, receivedAt, failure }: Kept<JobsReading>, now: number): string {
  if (value === undefined || receivedAt === undefined) {
    return failure ? t('app.sight.unread', 'Not read.') : t('app.asking', 'Asking…');
  }
  const { asOf, answeredAt = receivedAt } = value.ending;
  if (asOf === undefined) {
    return t('app.sight.never', 'Never read completely.');
  }
  const age = Math.max(0, answeredAt - asOf + Math.max(0, now - receivedAt)) / 1000;
  const isFresh = !failure && freshness(value.ending, receivedAt, now) === 'fresh';
  const moment = formatMoment(asOf);
  return isFresh ? moment : t('app.sight.ago', '{{moment}}, {{age}} ago', { moment, age: formatAge(age) });
}
