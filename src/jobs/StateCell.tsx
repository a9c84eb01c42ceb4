import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Badge, Icon, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { type JobRow } from '../model/jobs';
import { suppressionStatement } from '../model/suppression';
import { inertName } from '../model/text';
import { formatMoment, utcMoment } from '../model/time';

interface Props {
  row: JobRow;
  present: boolean;
  timeZone: TimeZone;
}

/** A job's state in Unjam's word, with the coordinator's own on hover. No colour here ever says that all is well. */
export function StateCell({ row, present, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const state = row.state.toUpperCase();
  const own = row.word
    ? t('jobs.state.own-word', "The coordinator's own word: {{word}}", { word: inertName(row.word) })
    : t('jobs.state.no-word', 'The coordinator gave no word for it');
  if (!present) {
    return (
      <span title={row.lastSeen === undefined ? own : `${own}. ${utcMoment(row.lastSeen)}`}>
        <Icon name="question-circle" aria-hidden="true" />{' '}
        {row.lastSeen === undefined
          ? t('jobs.state.unknown', 'UNKNOWN (last seen: {{state}})', { state })
          : t('jobs.state.unknown-since', 'UNKNOWN (last seen {{moment}}: {{state}})', {
              moment: formatMoment(row.lastSeen, timeZone),
              state,
            })}
      </span>
    );
  }
  // Plain text where nothing is wrong: Grafana's grey badge is too pale in the light theme (4.05 : 1).
  return (
    <>
      <span title={own}>{row.stuck ? <Badge color="orange" icon="exclamation-triangle" text={state} /> : state}</span>
      {row.suppressed && <div className={styles.suppressed}>{suppressionStatement(row, timeZone)}</div>}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  suppressed: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
    maxWidth: 260,
  }),
});
