import { css } from '@emotion/css';
import { type GrafanaTheme2, type IconName } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Checkbox, Icon, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { type Verdict } from '../api/types';
import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { SENTENCE, visibleText } from '../model/text';
import { formatMoment, parseTime } from '../model/time';
import { type TimedPlan } from './states';
import { until } from './times';

type Result = Verdict['result'];

/** Blocks first: they decide. */
const ORDER: Record<Result, number> = { block: 0, warn: 1, pass: 2 };
const ICONS: Record<Result, IconName> = { block: 'times-circle', warn: 'exclamation-triangle', pass: 'check' };

interface Props {
  verdicts: Verdict[];
  /** The plan by whose clock the countdowns run; absent for verdicts that came with a refusal. */
  timed?: TimedPlan;
  now: number;
  timeZone?: TimeZone;
  /** Absent where nothing can be acknowledged. */
  acknowledgement?: {
    isAcknowledged(verdict: Verdict): boolean;
    acknowledge(verdict: Verdict, acknowledged: boolean): void;
  };
}

/**
 * What each guard says, why, and what would change it. Blocks and warnings are always in sight; what passed is folded
 * away, so that it does not push them and the fields below off the screen.
 */
export function VerdictList({ verdicts, ...rest }: Props) {
  const styles = useStyles2(getStyles);
  const objections = verdicts
    .filter(({ result }) => result !== 'pass')
    .sort((one, other) => ORDER[one.result] - ORDER[other.result]);
  const passed = verdicts.filter(({ result }) => result === 'pass');
  return (
    <>
      {objections.length > 0 && <Items label={t('actions.verdict.guards', 'Guards')} verdicts={objections} {...rest} />}
      {passed.length > 0 && (
        <details className={styles.passed}>
          <summary>
            {t('actions.verdict.passed-guards', '', {
              count: passed.length,
              defaultValue_one: '{{count}} guard passed',
              defaultValue_other: '{{count}} guards passed',
            })}
          </summary>
          <Items label={t('actions.verdict.passed-list', 'Passed guards')} verdicts={passed} {...rest} />
        </details>
      )}
    </>
  );
}

function Items({ label, verdicts, ...rest }: Props & { label: string }) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list} aria-label={label}>
      {verdicts.map((verdict) => (
        <VerdictItem key={verdict.guard} verdict={verdict} {...rest} />
      ))}
    </ul>
  );
}

type ItemProps = Omit<Props, 'verdicts'> & { verdict: Verdict };

function VerdictItem({ verdict, timed, now, timeZone, acknowledgement }: ItemProps) {
  const styles = useStyles2(getStyles);
  const reasonId = useId();
  const allowedFrom = parseTime(verdict.allowedFrom);
  return (
    <li className={styles.item}>
      <Icon name={ICONS[verdict.result]} className={styles[verdict.result]} aria-hidden="true" />
      <div>
        <div id={reasonId}>
          <span className={styles.label}>{labelOf(verdict.result)}</span>{' '}
          <ForeignText text={verdict.reason} characters={SENTENCE} expandable />{' '}
          <span className={styles.guard}>({visibleText(verdict.guard)})</span>
        </div>
        {verdict.change && (
          <div className={styles.change}>
            <ForeignText text={verdict.change} characters={SENTENCE} expandable />
          </div>
        )}
        {allowedFrom !== undefined && (
          <div className={styles.change}>
            {allowedText(
              formatMoment(allowedFrom, timeZone),
              timed && countdown(until(verdict.allowedFrom ?? '', timed, now))
            )}
          </div>
        )}
        {verdict.result === 'warn' && acknowledgement && (
          <Checkbox
            label={t('actions.verdict.accept', 'I have read this warning and accept it')}
            aria-describedby={reasonId}
            value={acknowledgement.isAcknowledged(verdict)}
            onChange={(event) => acknowledgement.acknowledge(verdict, event.currentTarget.checked)}
          />
        )}
      </div>
    </li>
  );
}

function labelOf(result: Result): string {
  switch (result) {
    case 'block':
      return t('actions.verdict.block', 'Blocked:');
    case 'warn':
      return t('actions.verdict.warn', 'Warning:');
    case 'pass':
      return t('actions.verdict.pass', 'Passed:');
  }
}

function allowedText(moment: string, when: string | undefined): string {
  return when === undefined
    ? t('actions.verdict.allowed-from', 'Allowed from {{moment}}', { moment })
    : t('actions.verdict.allowed-when', 'Allowed from {{moment}}: {{when}}', { moment, when });
}

function countdown(milliseconds: number): string {
  return milliseconds > 0
    ? t('actions.verdict.in', 'in {{time}}', { time: formatAge(Math.ceil(milliseconds / 1000)) })
    : t('actions.verdict.now', 'the time has come, make a new plan');
}

const getStyles = (theme: GrafanaTheme2) => ({
  passed: css({ color: theme.colors.text.secondary }),
  list: css({ listStyle: 'none', margin: 0, padding: 0 }),
  item: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(1),
    padding: theme.spacing(0.75, 0),
    overflowWrap: 'anywhere',
    fontVariantNumeric: 'tabular-nums',
  }),
  label: css({ fontWeight: theme.typography.fontWeightMedium }),
  guard: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  change: css({ color: theme.colors.text.secondary }),
  block: css({ color: theme.colors.error.text }),
  warn: css({ color: theme.colors.warning.text }),
  pass: css({ color: theme.colors.text.secondary }),
});
