import React from 'react';

import { t } from '../../i18n/text';
import { describeFailure } from '../../api/failure';
import { type JobsReading } from '../../api/jobs';
import { AgeCell } from '../../jobs/AgeCell';
import { useTick } from '../../jobs/clock';
import { jobPageLink } from '../../jobs/jobPage';
import { type JobRow } from '../../model/jobs';
import { formatNumber } from '../../model/numbers';
import { inertName, visibleText } from '../../model/text';
import { PageLink } from '../PageLink';
import { type Kept } from '../refresh';
import { isWhole, showsPresent } from '../sight';

const NAME_CHARACTERS = 60;

/** The open jobs by state and the oldest CANCELING one, as terms of a list. Nobody hears "none" where nobody looked. */
export function CoordinatorCounts({ uid, jobs }: { uid: string; jobs: Kept<JobsReading> }) {
  const now = useTick();
  const { value, receivedAt, failure } = jobs;
  if (!value || receivedAt === undefined) {
    const text = failure
      ? t('overview.counts.unknown-why', 'UNKNOWN. {{why}}', { why: visibleText(describeFailure(failure)) })
      : t('app.asking', 'Asking…');
    return (
      <>
        <dt>{t('overview.counts.open', 'Open jobs')}</dt>
        <dd>{text}</dd>
      </>
    );
  }
  const present = showsPresent(jobs, now);
  const whole = isWhole(jobs, now);
  const oldest = value.ending.rows.find(({ state }) => state === 'canceling');
  return (
    <>
      <dt>{t('overview.counts.open', 'Open jobs')}</dt>
      <dd>{countsText(value, present, whole)}</dd>
      <dt>{t('overview.counts.oldest', 'Oldest CANCELING')}</dt>
      <dd>
        {oldest ? (
          <Oldest uid={uid} row={oldest} receivedAt={receivedAt} present={present && oldest.listed} />
        ) : (
          noneText(value, present, whole)
        )}
      </dd>
    </>
  );
}

interface OldestProps {
  uid: string;
  row: JobRow;
  receivedAt: number;
  present: boolean;
}

function Oldest({ uid, row, receivedAt, present }: OldestProps) {
  return (
    <>
      {!present && `${t('overview.counts.unknown', 'UNKNOWN')}; `}
      <AgeCell row={row} receivedAt={receivedAt} present={present} />
      {': '}
      <PageLink href={jobPageLink({ uid, id: row.id, createTime: row.createTime })}>
        {inertName(row.name, NAME_CHARACTERS) || t('app.job.no-name', '(no name)')}
      </PageLink>{' '}
      ({inertName(row.id)})
    </>
  );
}

function countsText({ counts }: JobsReading, present: boolean, whole: boolean): string {
  if (!counts) {
    return t('overview.counts.unknown', 'UNKNOWN');
  }
  // No line ends between a number and its state.
  const list = counts.map(({ state, jobs }) => `${formatNumber(jobs)}\u00a0${state.toUpperCase()}`).join(', ');
  if (!present) {
    return t('overview.counts.when-last-seen', 'UNKNOWN; when last seen: {{list}}', {
      list: list || t('overview.counts.none', 'none'),
    });
  }
  return list || (whole ? t('overview.counts.none', 'none') : notWhole());
}

function noneText({ ending }: JobsReading, present: boolean, whole: boolean): string {
  if (ending.total > ending.rows.length) {
    return t('overview.counts.not-among', 'UNKNOWN; not among the {{count}} jobs that were read', {
      count: ending.rows.length,
      defaultValue_one: 'UNKNOWN; not the {{count}} job that was read',
      defaultValue_other: 'UNKNOWN; not among the {{count}} jobs that were read',
    });
  }
  if (whole) {
    return t('overview.counts.none', 'none');
  }
  return present ? notWhole() : t('overview.counts.none-then', 'UNKNOWN; none when last seen');
}

function notWhole(): string {
  return t('overview.counts.not-whole', 'UNKNOWN; the last answer was not whole');
}
