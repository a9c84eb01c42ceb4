import { describeFailure, type Failure } from '../api/failure';
import { type Kind, type Support } from '../api/types';
import { t } from '../i18n/text';
import { type JobRow } from '../model/jobs';

/** What is known of what the signed-in user may ask of a coordinator. */
export type SupportAnswer =
  { known: 'not yet' } | { known: 'yes'; support: Support } | { known: 'no'; failure: Failure };

/**
 * The coordinator's own word for its only way to stop a job ("abort"), which force stop sends; undefined where there is a
 * cancel beside it, or nothing is known yet.
 */
export function onlyStopOf(answer: SupportAnswer | undefined): string | undefined {
  return answer?.known === 'yes' ? answer.support.onlyStop || undefined : undefined;
}

/**
 * Why a button cannot be used, as a sentence; empty when it can. It repeats what the server said, and invents nothing:
 * a button that can be used still leads to a plan, in which every guard is asked.
 */
export function whyNot(kind: Kind, row: JobRow, answer: SupportAnswer | undefined): string {
  if (!answer) {
    return t(
      'jobs.availability.no-coordinator',
      'This panel cannot tell which coordinator the job belongs to. Choose an Unjam coordinator as its data source.'
    );
  }
  switch (answer.known) {
    case 'not yet':
      return t('jobs.availability.asking', 'Asking the server what you may do…');
    case 'no':
      return t('jobs.availability.not-known', 'It is not known what you may do. {{failure}}', {
        failure: describeFailure(answer.failure),
      });
    case 'yes': {
      const { allowed, reason } = kind === 'cancel' ? answer.support.cancel : answer.support.forceStop;
      if (!allowed) {
        return reason || t('jobs.availability.no-reason', 'The server does not allow it and gives no reason.');
      }
      return kind === 'cancel' ? row.cancelBlock : row.forceStopBlock;
    }
  }
}
