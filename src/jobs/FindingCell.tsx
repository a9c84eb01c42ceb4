import { css } from '@emotion/css';
import { type GrafanaTheme2, type IconName } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { type Outlook } from '../model/findings';
import { ForeignText } from '../model/ForeignText';
import { type JobRow } from '../model/jobs';
import { SENTENCE } from '../model/text';

/** Each outlook has a picture beside its words, so that no colour is needed. */
const ICONS: Record<Exclude<Outlook, ''>, IconName> = {
  'will recover': 'clock-nine',
  'may recover': 'question-circle',
  'cannot recover': 'times-circle',
};

interface Props {
  row: JobRow;
  /** Whether the row shows the present; otherwise the finding is of the past. */
  present: boolean;
}

/** Why a job hangs, whether waiting still helps, how well that is known, and what it rests on. */
export function FindingCell({ row: { cause, outlook, confidence, evidence }, present }: Props) {
  const styles = useStyles2(getStyles);
  if (cause === '') {
    return null;
  }
  return (
    <>
      <ForeignText text={cause} />
      {outlook && (
        <div>
          <Icon name={ICONS[outlook]} size="sm" aria-hidden="true" /> {outlook}
          {confidence && ` (${confidence})`}
          {!present && t('jobs.finding.as-last-seen', ', as last seen')}
        </div>
      )}
      {evidence.length > 0 && (
        <details className={styles.evidence}>
          <summary>
            {t('jobs.finding.evidence', '{{count}} pieces of evidence', {
              count: evidence.length,
              defaultValue_one: '{{count}} piece of evidence',
              defaultValue_other: '{{count}} pieces of evidence',
            })}
          </summary>
          <ul className={styles.list}>
            {evidence.map((sentence) => (
              <li key={sentence}>
                <ForeignText text={sentence} characters={SENTENCE} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  evidence: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  list: css({ margin: 0, paddingLeft: theme.spacing(2) }),
});
