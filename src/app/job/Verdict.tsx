import { css, cx } from '@emotion/css';
import { type GrafanaTheme2, type IconName } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { Countdown } from '../../jobs/Countdown';
import { formatAge } from '../../model/age';
import { readGrounds } from '../../model/evidence';
import { type Confidence, type Outlook } from '../../model/findings';
import { ForeignText } from '../../model/ForeignText';
import { type JobRow, type JobsAnswer } from '../../model/jobs';
import { suppressionStatement } from '../../model/suppression';
import { inertName, SENTENCE } from '../../model/text';
import { Moment } from '../Moment';
import { Part } from './Part';

interface Props {
  row: JobRow;
  answer: JobsAnswer;
  /** Whether the finding is of the present. */
  present: boolean;
  receivedAt: number;
  timeZone: TimeZone;
}

/** Whether the job hangs, why, whether waiting helps, and what to do. */
export function Verdict({ row, answer, present, receivedAt, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const { evidence, lacks } = readGrounds(row.evidence);
  const outlook = outlookText(row.outlook);
  return (
    <Part title={t('app-job.verdict.title', 'Is it stuck?')}>
      <p className={cx(styles.line, present && row.stuck && styles.bad)}>
        <Icon name={row.stuck ? 'exclamation-triangle' : 'info-circle'} aria-hidden="true" />{' '}
        {headline(row, answer, present)}
      </p>
      {row.suppressed !== '' && <p>{suppressionStatement(row, timeZone)}</p>}
      {outlook && (
        <p className={styles.outlook}>
          <Icon key={outlook.icon} name={outlook.icon} aria-hidden="true" /> <strong>{outlook.text}</strong>
          {row.confidence !== '' && ` ${confidenceText(row.confidence)}`}
        </p>
      )}
      {row.deadline !== undefined && (
        <p className={styles.deadline}>
          {t('app-job.verdict.deadline', 'Deadline, when this changes:')}{' '}
          <strong>
            <Countdown
              deadline={row.deadline}
              answeredAt={answer.answeredAt}
              receivedAt={receivedAt}
              present={present}
              timeZone={timeZone}
            />
          </strong>{' '}
          (<Moment at={row.deadline} timeZone={timeZone} />)
        </p>
      )}
      {row.advice !== '' && (
        <p>
          <strong>{t('app-job.verdict.advice', 'What to do:')}</strong>{' '}
          <ForeignText text={row.advice} characters={SENTENCE} expandable />
        </p>
      )}
      {evidence.length > 0 && (
        <>
          <h3>{t('app-job.verdict.evidence', 'Evidence')}</h3>
          <ul className={styles.list}>
            {evidence.map(({ at, source, sentence }) => (
              <li key={`${at} ${source} ${sentence}`}>
                <ForeignText text={sentence} characters={SENTENCE} expandable />
                {at !== undefined && (
                  <span className={styles.small}>
                    {' '}
                    <Moment at={at} timeZone={timeZone} />, {inertName(source)}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {lacks.length > 0 && (
        <>
          <h3>{t('app-job.verdict.lacks', 'What is missing to know more')}</h3>
          <ul className={styles.list}>
            {lacks.map((sentence) => (
              <li key={sentence}>
                <ForeignText text={sentence} characters={SENTENCE} expandable />
              </li>
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}

/** The verdict in one line. The cause is the server's word. */
function headline(
  { stuck, cause, state, suppressed }: JobRow,
  { stuckAfterSeconds }: JobsAnswer,
  present: boolean
): string {
  const why = cause === '' ? '' : inertName(cause);
  if (!present) {
    if (!stuck) {
      return t('app-job.verdict.not-seen', 'Not known: the coordinator is not seen.');
    }
    return why
      ? t('app-job.verdict.was-stuck', 'Not known now. Stuck when it was last seen: {{why}}', { why })
      : t('app-job.verdict.was-stuck-unknown', 'Not known now. Stuck when it was last seen.');
  }
  if (stuck) {
    return why
      ? t('app-job.verdict.stuck', 'Stuck: {{why}}', { why })
      : t('app-job.verdict.stuck-unknown', 'Stuck; the cause is not known');
  }
  if (suppressed !== '') {
    return t('app-job.verdict.late', 'Late, and not counted as stuck');
  }
  if (why) {
    return t('app-job.verdict.waits', 'Not stuck yet: {{why}}', { why });
  }
  switch (state) {
    case 'canceling':
    case 'failing':
    case 'savepointing':
      return t(
        'app-job.verdict.not-yet',
        'Not stuck yet: {{state}} for less than its threshold ({{after}} by default)',
        {
          state: state.toUpperCase(),
          after: formatAge(stuckAfterSeconds),
        }
      );
    case 'lost':
      return t('app-job.verdict.lost', 'Lost: nobody knows how it ended');
    case 'unknown':
      return t('app-job.verdict.unknown', 'Not known: the coordinator does not tell its state');
    default:
      return t('app-job.verdict.not-stuck', 'Not stuck: nothing is found wrong with it');
  }
}

function outlookText(outlook: Outlook): { icon: IconName; text: string } | undefined {
  switch (outlook) {
    case 'will recover':
      return { icon: 'clock-nine', text: t('app-job.outlook.will', 'Waiting helps: it will go on by itself.') };
    case 'may recover':
      return { icon: 'question-circle', text: t('app-job.outlook.may', 'Waiting can still help.') };
    case 'cannot recover':
      return { icon: 'times-circle', text: t('app-job.outlook.cannot', 'Waiting cannot help.') };
    case '':
      return undefined;
  }
}

function confidenceText(confidence: Exclude<Confidence, ''>): string {
  switch (confidence) {
    case 'proven':
      return t('app-job.confidence.proven', 'This is proven.');
    case 'likely':
      return t('app-job.confidence.likely', 'This is likely, not proven.');
    case 'possible':
      return t('app-job.confidence.possible', 'This is a possibility; nothing proves it.');
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    fontSize: theme.typography.h4.fontSize,
    padding: theme.spacing(0.5, 1),
    borderLeft: `4px solid ${theme.colors.border.strong}`,
  }),
  bad: css({ borderLeftColor: theme.colors.warning.main, background: theme.colors.warning.transparent }),
  outlook: css({ fontSize: theme.typography.h5.fontSize }),
  deadline: css({ fontVariantNumeric: 'tabular-nums' }),
  list: css({ margin: 0, paddingLeft: theme.spacing(2.5), overflowWrap: 'anywhere' }),
  small: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
