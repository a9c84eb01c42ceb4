import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { type Target } from '../../actions/states';
import { verb } from '../../actions/texts';
import { type Kind } from '../../api/types';
import { t } from '../../i18n/text';
import { onlyStopOf, whyNot, type SupportAnswer } from '../../jobs/availability';
import { type JobRow } from '../../model/jobs';
import { inertName, SENTENCE } from '../../model/text';
import { Part } from './Part';

interface Props {
  uid: string;
  row: JobRow;
  support: SupportAnswer;
  /** Opens the dialog. */
  open(target: Target): void;
}

/** What may be done about the job; where the server does not allow it, the reason stands beside the button. */
export function ActButtons({ uid, row, support, open }: Props) {
  const onlyStop = onlyStopOf(support);
  return (
    <Part title={t('app-job.acts.title', 'What you can do')}>
      {!onlyStop && <Act kind="cancel" uid={uid} row={row} support={support} open={open} />}
      <Act kind="force-stop" uid={uid} row={row} support={support} open={open} />
    </Part>
  );
}

function Act({ kind, uid, row, support, open }: Props & { kind: Kind }) {
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
