import React from 'react';

import { t } from '../i18n/text';
import { describeQuality, formatQualifiedAge } from '../model/age';
import { type JobRow } from '../model/jobs';
import { useTick } from './clock';

interface Props {
  row: JobRow;
  /** When the row came, by the browser's clock. */
  receivedAt: number;
  /** Whether the row shows the present, so that the age goes on. */
  present: boolean;
}

/** A job's age: ticking while the row shows the present, and as last seen otherwise. */
export function AgeCell({ row, receivedAt, present }: Props) {
  const now = useTick();
  if (!present) {
    const { since, lastSeen } = row;
    // Both are the server's times. Nobody knows how long the state lasted after it was last seen.
    const seconds = since !== undefined && lastSeen !== undefined ? (lastSeen - since) / 1000 : row.ageSeconds;
    const age = formatQualifiedAge(seconds, row.quality);
    return (
      <span title={describeQuality(row.quality)}>
        {t('jobs.age.when-last-seen', '{{age}} when last seen', { age })}
      </span>
    );
  }
  const seconds = row.ageSeconds + Math.max(0, now - receivedAt) / 1000;
  return <span title={describeQuality(row.quality)}>{formatQualifiedAge(seconds, row.quality)}</span>;
}
