import { type Action, type Leftovers } from '../api/types';
import { type TimeZone } from '@grafana/schema';
import { t } from '../i18n/text';
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
    return isWatched(action)
      ? [t('actions.leftovers.asking', 'The workers are being asked for tasks that run on.')]
      : [];
  }
  const sentences = leftovers.tasks.map(({ worker, threads }) =>
    t('actions.leftovers.zombie', '', {
      count: threads,
      worker: inertName(worker),
      defaultValue_one: 'Zombie task on worker {{worker}}: {{count}} thread.',
      defaultValue_other: 'Zombie task on worker {{worker}}: {{count}} threads.',
    })
  );
  const checkedAt = parseTime(leftovers.checkedAt);
  const asOf =
    checkedAt === undefined
      ? ''
      : ` ${t('actions.leftovers.as-of', 'As of {{moment}}.', { moment: formatMoment(checkedAt, timeZone) })}`;
  if (finding === 'zombies') {
    sentences.push(`${t('actions.leftovers.goes-on', 'It goes on until it ends or its worker is restarted.')}${asOf}`);
  } else if (finding === 'none') {
    sentences.push(`${t('actions.leftovers.none', 'No worker runs a task of the job.')}${asOf}`);
  } else if (!leftovers.unasked) {
    sentences.push(
      `${t('actions.leftovers.none-answered', 'The workers that answered run no task of the job.')}${asOf}`
    );
  }
  if (leftovers.unasked) {
    sentences.push(
      t('actions.leftovers.unasked', 'It is not known whether a task runs on: {{why}}', {
        why: inertName(leftovers.unasked),
      })
    );
  }
  if (leftovers.notChecked.length > 0) {
    sentences.push(
      t('actions.leftovers.not-checked', 'Not checked: {{workers}}.', {
        workers: leftovers.notChecked.map((worker) => inertName(worker)).join(', '),
      })
    );
  }
  const until = parseTime(leftovers.until);
  if (until !== undefined && !leftovers.unasked) {
    const moment = formatMoment(until, timeZone);
    sentences.push(
      isWatched(action)
        ? t('actions.leftovers.watched', 'Watched until {{moment}}.', { moment })
        : t('actions.leftovers.was-watched', 'Was watched until {{moment}}.', { moment })
    );
  }
  return sentences;
}
