import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { type JobCard } from '../api/types';
import { t } from '../i18n/text';
import { formatSince } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { visibleText } from '../model/text';
import { formatMoment, parseTime } from '../model/time';

interface Props {
  job: JobCard;
  /** The card shows the job as it was for the plan, which by now is the past. */
  asPlanned?: boolean;
  timeZone?: TimeZone;
}

/** The job that a plan or an action is about. */
export function JobFacts({ job, asPlanned = false, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const since = parseTime(job.since);
  const created = parseTime(job.createTime);
  return (
    <dl className={styles.facts}>
      <dt>{t('actions.job.job', 'Job')}</dt>
      <dd>
        <ForeignText text={job.name} otherwise={t('actions.job.no-name', '(no name)')} expandable />
      </dd>
      <dt>{t('actions.job.id', 'Id')}</dt>
      <dd className={styles.id}>{visibleText(job.id)}</dd>
      <dt>{asPlanned ? t('actions.job.state-planned', 'State when planned') : t('actions.job.state', 'State')}</dt>
      <dd>
        {visibleText(job.word || job.state)}
        {since !== undefined && ` ${formatSince(since, job.quality, timeZone)}`}
      </dd>
      {created !== undefined && (
        <>
          <dt>{t('actions.job.created', 'Created')}</dt>
          <dd>{formatMoment(created, timeZone)}</dd>
        </>
      )}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(0, 0, 2),
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  id: css({ fontFamily: theme.typography.fontFamilyMonospace, fontVariantNumeric: 'tabular-nums' }),
});
