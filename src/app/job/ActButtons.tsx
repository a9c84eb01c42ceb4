import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { type LostJob } from '../../actions/dismissal';
import { type Target } from '../../actions/states';
import { verb } from '../../actions/texts';
import { type Kind } from '../../api/types';
import { t } from '../../i18n/text';
import { onlyStopOf, whyNot, type SupportAnswer } from '../../jobs/availability';
import { type JobRow } from '../../model/jobs';
import { inertName, SENTENCE } from '../../model/text';
import { DismissButton } from '../DismissButton';
import { Part } from './Part';

interface ActProps {
  uid: string;
  row: JobRow;
  support: SupportAnswer;
  /** Opens the dialog. */
  open(target: Target): void;
}

interface Props extends ActProps {
  /** Whether what is shown is of the present. */
  present: boolean;
  /** Opens the dialog that dismisses a lost job. */
  dismiss(uid: string, job: LostJob): void;
}

/** What may be done about the job; where the server does not allow it, the reason stands beside the button. */
export function ActButtons({ uid, row, support, open, present, dismiss }: Props) {
  const styles = useStyles2(getStyles);
  const onlyStop = onlyStopOf(support);
  return (
    <Part title={t('app-job.acts.title', 'What you can do')}>
      {row.state === 'lost' && (
        <div className={styles.act}>
          <DismissButton
            row={row}
            support={support.known === 'yes' ? support.support : undefined}
            present={present}
            dismiss={(job) => dismiss(uid, job)}
          />
          <span className={styles.reason}>
            {t(
              'app-job.acts.dismiss',
              'Nobody knows how it ended. Find out first; then take it off the list of lost jobs. Nothing is sent to the coordinator.'
            )}
          </span>
        </div>
      )}
      {!onlyStop && <Act kind="cancel" uid={uid} row={row} support={support} open={open} />}
      <Act kind="force-stop" uid={uid} row={row} support={support} open={open} />
    </Part>
  );
}

function Act({ kind, uid, row, support, open }: ActProps & { kind: Kind }) {
  const styles = useStyles2(getStyles);
  const reasonId = useId();
  const onlyStop = onlyStopOf(support);
  const reason = whyNot(kind, row, support);
  return (
    <div className={styles.act}>
      <Button
        fill={kind === 'cancel' ? 'outline' : 'solid'}
        variant={kind === 'cancel' ? 'secondary' : 'destructive'}
        disabled={reason !== ''}
        aria-describedby={reasonId}
        onClick={() => open({ uid, kind, jobId: row.id, jobName: row.name, onlyStop })}
      >
        {`${verb(kind, onlyStop)}…`}
      </Button>
      <span id={reasonId} className={styles.reason}>
        {reason === ''
          ? t('app-job.acts.plan-first', 'Shows a plan first; nothing is sent before you confirm it.')
          : t('app-job.acts.not-possible', 'Not possible: {{reason}}', { reason: inertName(reason, SENTENCE) })}
      </span>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  act: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
  }),
  reason: css({ flex: '1 1 200px', overflowWrap: 'anywhere', color: theme.colors.text.secondary }),
});
