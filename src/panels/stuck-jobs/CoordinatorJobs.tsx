import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Badge, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { type Target } from '../../actions/states';
import { t } from '../../i18n/text';
import { type SupportAnswer } from '../../jobs/availability';
import { useTick } from '../../jobs/clock';
import { JobsTable, type JobEntry } from '../../jobs/JobsTable';
import { asOfStatement, freshness } from '../../model/freshness';
import { type JobsAnswer } from '../../model/jobs';
import { ForeignText } from '../../model/ForeignText';
import { formatNumber } from '../../model/numbers';
import { inertName, SENTENCE } from '../../model/text';
import { announcement, emptyStatement } from './statements';

interface Props {
  answer: JobsAnswer;
  receivedAt: number;
  /** Shown as a heading where the panel shows several coordinators. */
  heading?: string;
  /** Whether the query selects jobs by more than being stuck. */
  filtered: boolean;
  timeZone: TimeZone;
  showNodes: boolean;
  showFinding: boolean;
  /** The data source of ours that answered; undefined when it cannot be told. */
  uid?: string;
  support?: SupportAnswer;
  /** Opens the dialog. Absent where no buttons are shown. */
  open?(target: Target): void;
}

/** One coordinator's jobs, with how far they may be believed. */
export function CoordinatorJobs(props: Props) {
  const { answer, receivedAt, heading, filtered, timeZone, showNodes, showFinding, uid, support, open } = props;
  const styles = useStyles2(getStyles);
  const now = useTick();
  const how = freshness(answer, receivedAt, now);
  const present = how !== 'blind';
  const entries = useMemo((): JobEntry[] => {
    const origin = { uid, receivedAt, answeredAt: answer.answeredAt, present, support };
    return answer.rows.map((row) => ({ row, origin }));
  }, [answer.rows, answer.answeredAt, uid, receivedAt, present, support]);
  const asOf = asOfStatement(answer, how, receivedAt, now, timeZone);
  return (
    <section className={styles.section} aria-label={heading ? inertName(heading) : t('panels.stuck-jobs.jobs', 'Jobs')}>
      {heading && <h3 className={styles.heading}>{inertName(heading)}</h3>}
      <div role="status" className={styles.announcement}>
        {announcement(answer, how)}
      </div>
      <div className={styles.asOf}>
        {how === 'blind' && <Badge color="red" icon="eye-slash" text={t('panels.badge.not-seen', 'Not seen')} />}
        {how === 'stale' && <Badge color="orange" icon="history" text={t('panels.badge.stale', 'Stale')} />}
        {!answer.complete && (
          <Badge color="orange" icon="exclamation-triangle" text={t('panels.badge.incomplete', 'Incomplete')} />
        )}
        {answer.rows.length > 0 && <span>{asOf}</span>}
        {answer.total > answer.rows.length && (
          <span>
            {t(
              'panels.stuck-jobs.limited',
              "{{shown}} of {{total}} jobs are shown; the query's limit leaves out the others.",
              { shown: formatNumber(answer.rows.length), total: formatNumber(answer.total) }
            )}
          </span>
        )}
        {answer.notes.map((note) => (
          <span key={note}>
            <ForeignText text={note} characters={SENTENCE} expandable />
          </span>
        ))}
      </div>
      {answer.rows.length === 0 ? (
        <p className={styles.empty}>
          {emptyStatement(answer, how, filtered)} {asOf}
        </p>
      ) : (
        <JobsTable
          caption={
            heading
              ? t('panels.stuck-jobs.jobs-of', 'Jobs of {{coordinator}}', { coordinator: inertName(heading) })
              : t('panels.stuck-jobs.jobs', 'Jobs')
          }
          entries={entries}
          timeZone={timeZone}
          showNodes={showNodes}
          showFinding={showFinding}
          open={open}
        />
      )}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ marginBottom: theme.spacing(1) }),
  heading: css({ fontSize: theme.typography.h5.fontSize, margin: theme.spacing(1, 1, 0.5), overflowWrap: 'anywhere' }),
  announcement: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
  asOf: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 1),
    padding: theme.spacing(0.5, 1),
    color: theme.colors.text.secondary,
    fontVariantNumeric: 'tabular-nums',
  }),
  empty: css({ padding: theme.spacing(2, 1), margin: 0 }),
});
