import { Button } from '@grafana/ui';
import React from 'react';

import { type LostJob } from '../actions/dismissal';
import { type Support } from '../api/types';
import { t } from '../i18n/text';
import { type JobRow } from '../model/jobs';
import { inertName, SENTENCE } from '../model/text';

interface Props {
  row: JobRow;
  /** What the signed-in user may do; undefined where it is not known. */
  support: Support | undefined;
  /** Whether the row is of the present. */
  present: boolean;
  /** Opens the dialog. */
  dismiss(job: LostJob): void;
}

/** Opens the dialog that dismisses a lost job, or says why it cannot be dismissed. */
export function DismissButton({ row, support, present, dismiss }: Props) {
  const reason = whyNot(support, row, present);
  const label = t('app.dismiss.label', 'Dismiss…');
  const who = `${inertName(row.name)} ${inertName(row.id)}`;
  return (
    <Button
      size="sm"
      fill="outline"
      variant="secondary"
      disabled={reason !== ''}
      tooltip={reason === '' ? undefined : inertName(reason, SENTENCE)}
      aria-label={
        reason
          ? t('app.dismiss.not-possible', '{{label}} {{who}}. Not possible: {{reason}}', {
              label,
              who,
              reason: inertName(reason, SENTENCE),
            })
          : `${label} ${who}`
      }
      onClick={() => dismiss({ jobId: row.id, jobName: row.name, episode: row.episode })}
    >
      {label}
    </Button>
  );
}

/** Why a lost job cannot be dismissed, as a sentence; empty when it can. */
function whyNot(support: Support | undefined, row: JobRow, present: boolean): string {
  if (!support) {
    return t('app.dismiss.may-not-known', 'It is not known what you may do.');
  }
  const { allowed, reason } = support.dismiss;
  if (!allowed) {
    return reason || t('app.dismiss.no-reason', 'The server does not allow it and gives no reason.');
  }
  if (!present) {
    return t('app.dismiss.may-be-back', 'The coordinator is not seen: the job may be back.');
  }
  return row.episode
    ? ''
    : t('app.dismiss.older', 'The backend is older than this page and does not name what would be dismissed.');
}
