import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { type Approval } from '../api/types';
import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { formatMoment, parseTime } from '../model/time';
import { waitingTime } from './times';

interface Props {
  approval: Approval;
  /** When it was read, by the browser's clock; absent where it does not wait any more. */
  receivedAt?: number;
  now: number;
  timeZone?: TimeZone;
}

/** Who asks for a second person, why, and until when. */
export function RequestFacts({ approval, receivedAt, now, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const at = parseTime(approval.at);
  const expiresAt = parseTime(approval.expiresAt);
  return (
    <dl className={styles.facts}>
      <dt>{t('actions.request.by', 'Asked by')}</dt>
      <dd>
        <ForeignText text={approval.requester} otherwise={t('actions.request.no-login', '(not recorded)')} />
        {approval.mine && ` ${t('actions.request.you', '(you)')}`}
        {at !== undefined && `, ${formatMoment(at, timeZone)}`}
      </dd>
      <dt>{t('actions.request.reason', 'Reason')}</dt>
      <dd>
        <ForeignText
          text={approval.reason}
          characters={300}
          otherwise={t('actions.request.no-reason', '(none)')}
          expandable
        />
      </dd>
      {receivedAt !== undefined && expiresAt !== undefined && (
        <>
          <dt>{t('actions.request.until', 'Waits until')}</dt>
          <dd>
            {formatMoment(expiresAt, timeZone)}: {timeLeft(waitingTime(approval, receivedAt, now))}
          </dd>
        </>
      )}
    </dl>
  );
}

/** How long something still lasts, in words. */
export function timeLeft(milliseconds: number): string {
  return milliseconds > 0
    ? t('actions.request.left', '{{time}} left', { time: formatAge(Math.ceil(milliseconds / 1000)) })
    : t('actions.request.over', 'its time is over');
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(0, 0, 2),
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
});
