import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useId, useState } from 'react';

import { t } from '../../i18n/text';
import { Countdown } from '../../jobs/Countdown';
import { type DeliveryAnswer, type PairRow } from '../../model/delivery';
import { formatNumber, formatRatio, notExposed } from '../../model/numbers';
import { fillOf, notFilling } from './figures';
import { SYMBOLS, wordOf, type Level } from './levels';
import { deadlineOf, pairName } from './sentences';

/** As many as leave the matrix in sight: of those that can still be saved, and of the others. */
const FIRST_WITH_DEADLINE = 5;
const FIRST_OTHERS = 3;

/** A pair with how it stands. */
export interface Standing {
  pair: PairRow;
  level: Level;
}

interface Props {
  /** The pairs in trouble, the earliest deadline first. */
  troubles: Standing[];
  answer: DeliveryAnswer;
  receivedAt: number;
  present: boolean;
  timeZone: TimeZone;
  /** A node's name where there is little room. */
  short(node: string): string;
  /** Shows all of a pair. */
  onOpen(pair: PairRow): void;
}

/** The pairs that need somebody, the earliest deadline first. */
export function Troubles({ troubles, answer, receivedAt, present, timeZone, short, onOpen }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const [all, setAll] = useState(false);
  if (troubles.length === 0) {
    return null;
  }
  const first = firstOf(troubles);
  const shown = all ? troubles : first;
  return (
    <section aria-labelledby={headingId} className={styles.section}>
      <h3 id={headingId} className={styles.heading}>
        {present
          ? t('panels.troubles.title', 'Pairs in trouble')
          : t('panels.troubles.title-past', 'Pairs in trouble when last seen')}
      </h3>
      <table className={styles.table}>
        <thead className={styles.unseen}>
          <tr>
            <th scope="col">{t('panels.troubles.pair', 'Pair')}</th>
            <th scope="col">{t('panels.troubles.state', 'State')}</th>
            <th scope="col">{t('panels.troubles.fill', 'Fill')}</th>
            <th scope="col">{t('panels.troubles.undelivered', 'Undelivered')}</th>
            <th scope="col">{t('panels.troubles.deadline', 'Deadline')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ pair, level }) => (
            <tr key={pairName(pair)}>
              <th scope="row">
                <button type="button" className={styles.pair} title={pairName(pair)} onClick={() => onOpen(pair)}>
                  {pairName({ node: short(pair.node), peer: short(pair.peer) })}
                </button>
              </th>
              <td>
                <span className={cx(styles.badge, present && styles[toneOf(level)])}>
                  <span aria-hidden="true">{present ? SYMBOLS[level] : SYMBOLS['not seen']}</span>{' '}
                  {present
                    ? wordOf(pair, level)
                    : t('panels.delivery.unknown-was', 'UNKNOWN (was {{word}})', { word: wordOf(pair, level) })}
                </span>
              </td>
              <td>{fillText(pair, level)}</td>
              <td>
                {pair.undelivered === undefined
                  ? t('panels.troubles.undelivered-absent', 'undelivered {{absent}}', { absent: notExposed() })
                  : t('panels.troubles.undelivered-count', '{{events}} undelivered', {
                      events: formatNumber(pair.undelivered),
                    })}
              </td>
              <td className={styles.deadline}>
                {pair.deadline !== undefined && (
                  <>
                    <Countdown
                      deadline={pair.deadline}
                      answeredAt={answer.answeredAt}
                      receivedAt={receivedAt}
                      present={present}
                      timeZone={timeZone}
                    />
                    : {deadlineOf(pair)}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {troubles.length > first.length && (
        <Button size="sm" variant="secondary" fill="text" aria-expanded={all} onClick={() => setAll(!all)}>
          {all
            ? t('panels.troubles.first', 'Show the first {{pairs}}', { pairs: formatNumber(first.length) })
            : t('panels.troubles.all', 'Show all {{pairs}} pairs in trouble', { pairs: formatNumber(troubles.length) })}
        </Button>
      )}
    </section>
  );
}

/** Those whose events can still be saved come first; what is lost already must not vanish behind them. */
function firstOf(troubles: Standing[]): Standing[] {
  if (troubles.length <= FIRST_WITH_DEADLINE + FIRST_OTHERS) {
    return troubles;
  }
  const withDeadline = troubles.filter(({ pair }) => pair.deadline !== undefined);
  const others = troubles.filter(({ pair }) => pair.deadline === undefined);
  return [...withDeadline.slice(0, FIRST_WITH_DEADLINE), ...others.slice(0, FIRST_OTHERS)];
}

function fillText(pair: PairRow, level: Level): string {
  const fill = fillOf(pair);
  if (fill === 0 && level === 'gone') {
    return notFilling();
  }
  return t('panels.troubles.fill-of', 'fill {{fill}}', {
    fill: fill === undefined ? notExposed() : `${pair.estimate ? '≈ ' : ''}${formatRatio(fill)}`,
  });
}

function toneOf(level: Level): 'error' | 'warning' | 'plain' {
  switch (level) {
    case 'gone':
    case 'now':
      return 'error';
    case 'soon':
    case 'lost':
      return 'warning';
    default:
      return 'plain';
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ overflowX: 'auto' }),
  heading: css({ fontSize: theme.typography.h5.fontSize, margin: theme.spacing(0, 0, 0.5) }),
  table: css({
    fontVariantNumeric: 'tabular-nums',
    'tbody th, td': { padding: theme.spacing(0.25, 2, 0.25, 0), textAlign: 'left', whiteSpace: 'nowrap' },
    'tbody th': { fontWeight: theme.typography.fontWeightRegular },
  }),
  deadline: css({ minWidth: 180, '&&': { whiteSpace: 'normal' } }),
  unseen: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  pair: css({
    padding: 0,
    border: 'none',
    background: 'none',
    color: theme.colors.text.link,
    textDecoration: 'underline',
  }),
  badge: css({
    display: 'inline-block',
    padding: theme.spacing(0, 0.75),
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
  }),
  error: css({ background: theme.colors.error.transparent, borderColor: theme.colors.error.border }),
  warning: css({ background: theme.colors.warning.transparent, borderColor: theme.colors.warning.border }),
  plain: css({}),
});
