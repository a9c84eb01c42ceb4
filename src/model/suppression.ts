import { type TimeZone } from '@grafana/schema';

import { t } from '../i18n/text';
import { type JobRow } from './jobs';
import { inertName, SENTENCE } from './text';
import { formatMoment } from './time';

/** Why a job that is late does not count as stuck, and until when; empty where nothing is suppressed. */
export function suppressionStatement(
  { suppressed, suppressedUntil }: Pick<JobRow, 'suppressed' | 'suppressedUntil'>,
  timeZone?: TimeZone
): string {
  if (suppressed === '') {
    return '';
  }
  const why = inertName(suppressed, SENTENCE);
  return suppressedUntil === undefined
    ? t('model.suppression.suppressed', 'suppressed: {{why}}', { why })
    : t('model.suppression.until', 'suppressed: {{why}} until {{moment}}', {
        why,
        moment: formatMoment(suppressedUntil, timeZone),
      });
}
