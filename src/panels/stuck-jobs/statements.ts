import { type Support } from '../../api/types';
import { t } from '../../i18n/text';
import { type Freshness } from '../../model/freshness';
import { type JobsAnswer } from '../../model/jobs';

/** What an answer without rows says. It is good news only when the last poll succeeded and was complete. */
export function emptyStatement(answer: JobsAnswer, freshness: Freshness, filtered: boolean): string {
  if (freshness === 'blind') {
    return t(
      'panels.stuck-jobs.empty-blind',
      "It is not known whether a job is stuck: the coordinator is not seen. Look at the data source's health."
    );
  }
  if (!answer.complete) {
    return t(
      'panels.stuck-jobs.empty-incomplete',
      'It is not known whether a job is stuck: the last poll did not read the whole list of jobs.'
    );
  }
  if (freshness === 'stale') {
    return filtered
      ? t('panels.stuck-jobs.no-match-past', 'No job matched the query.')
      : t('panels.stuck-jobs.none-past', 'No job was stuck.');
  }
  return filtered
    ? t('panels.stuck-jobs.no-match', 'No job matches the query.')
    : t('panels.stuck-jobs.none', 'No job is stuck.');
}

/** The states in which a job can be stuck where nothing else is set (pkg/plugin). */
const CAN_BE_STUCK = ['canceling', 'failing', 'savepointing'];
/** Where jobs have parents, those hang while they run. */
const PARENTS_CAN_BE_STUCK = [...CAN_BE_STUCK, 'running'];

/**
 * Whether a query may leave out a stuck job, so that its silence says nothing about the others.
 *
 * @param interpolate puts template variables into a text: the query holds them as written.
 * @param kind the kind of coordinator as Support told it; undefined while it is not known.
 */
export function mayLeaveOutStuck(
  query: object | undefined,
  interpolate: (text: string) => string,
  kind: Support['kind']
): boolean {
  if (!query) {
    return true;
  }
  const { states, jobNames, jobId, minAgeSeconds, offset }: Record<string, unknown> = { ...query };
  const stuckStates = kind === 'seatunnel' ? CAN_BE_STUCK : PARENTS_CAN_BE_STUCK;
  const byState = Array.isArray(states) && states.length > 0 && stuckStates.some((state) => !states.includes(state));
  const byName = Array.isArray(jobNames) && jobNames.length > 0;
  const byId = typeof jobId === 'string' && interpolate(jobId).trim() !== '';
  return byState || byName || byId || Boolean(minAgeSeconds) || Boolean(offset);
}

/** What is worth saying aloud: it changes with what is known, not with every reading. */
export function announcement(answer: JobsAnswer, freshness: Freshness): string {
  switch (freshness) {
    case 'blind':
      return t('panels.stuck-jobs.say-blind', 'The coordinator is not seen. Jobs are shown as last seen.');
    case 'stale':
      return t('panels.stuck-jobs.say-stale', 'The list of jobs is stale.');
    case 'fresh': {
      const stuck = answer.rows.filter((row) => row.stuck).length;
      return t('panels.stuck-jobs.say-count', '{{count}} jobs are stuck on this list.', {
        count: stuck,
        defaultValue_one: '{{count}} job is stuck.',
        defaultValue_other: '{{count}} jobs are stuck on this list.',
      });
    }
  }
}
