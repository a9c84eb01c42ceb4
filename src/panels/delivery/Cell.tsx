import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { memo } from 'react';

import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { type PairRow } from '../../model/delivery';
import { serverNow } from '../../model/freshness';
import { formatNumber, formatRatio, notExposed } from '../../model/numbers';
import { formatMoment } from '../../model/time';
import { fillOf, longRest, NOT_EXPOSED_SHORT, notFilling, shortCount, shortRest } from './figures';
import { levelOf, SYMBOLS, wordOf, type Level } from './levels';
import { type DeliveryOptions, type Figure } from './options';
import { cellLabel } from './sentences';

/** What is the same for every cell of one answer. */
export interface CellContext {
  options: DeliveryOptions;
  /** Small cells: a symbol and a number. Otherwise also the words and the other figures. */
  dense: boolean;
  present: boolean;
  answeredAt: number | undefined;
  receivedAt: number;
  timeZone: TimeZone;
}

interface Props {
  /** Undefined for a node and itself, or where the answer does not hold the pair. */
  pair: PairRow | undefined;
  context: CellContext;
  /** What an empty cell is, for those who hear it. */
  emptyLabel: string;
  /** Where the cell is: its keys and focus are found by it. */
  row: number;
  column: number;
  /** The one cell that the tab key reaches. */
  isTabStop: boolean;
  isSelected: boolean;
}

/** One pair of nodes: a symbol and a number, and in a small matrix the words, too. */
export const Cell = memo(function Cell({ pair, context, emptyLabel, row, column, isTabStop, isSelected }: Props) {
  const styles = useStyles2(getStyles);
  const place = {
    role: 'gridcell',
    'aria-colindex': column + 2,
    'aria-selected': isSelected,
    'data-cell': `${row} ${column}`,
    tabIndex: isTabStop ? 0 : -1,
  };
  if (!pair) {
    return (
      <td {...place} className={cx(styles.cell, styles.empty)}>
        <span className={styles.unseen}>{emptyLabel}</span>
        <span aria-hidden="true">·</span>
      </td>
    );
  }
  const Text = pair.deadline !== undefined && context.present ? TickingText : StillText;
  return <Text pair={pair} context={context} place={place} />;
});

interface TextProps {
  pair: PairRow;
  context: CellContext;
  place: object;
}

/** A pair with a deadline: what is left, and how urgent it is, change with every second. */
function TickingText(props: TextProps) {
  const now = useTick();
  const { answeredAt, receivedAt } = props.context;
  return <CellBody {...props} serverTime={serverNow(answeredAt, receivedAt, now)} />;
}

function StillText(props: TextProps) {
  const { answeredAt, receivedAt } = props.context;
  return <CellBody {...props} serverTime={answeredAt ?? receivedAt} />;
}

function CellBody({ pair, context, place, serverTime }: TextProps & { serverTime: number }) {
  const styles = useStyles2(getStyles);
  const { options, dense, present, timeZone } = context;
  const level = levelOf(pair, options, serverTime);
  const symbol = present ? SYMBOLS[level] : SYMBOLS['not seen'];
  const estimate = pair.estimate && options.figure === 'fill' ? '≈' : '';
  const figure = (which: Figure, short: boolean) => figureText(which, pair, level, context, serverTime, short);
  return (
    <td {...place} className={cx(styles.cell, dense && styles.dense, present ? styles[level] : styles.past)}>
      <span className={styles.unseen}>{cellLabel(pair, level, present, timeZone)}</span>
      {dense ? (
        <span aria-hidden="true" className={styles.line}>
          {symbol} {estimate}
          {figure(options.figure, true)}
        </span>
      ) : (
        <span aria-hidden="true">
          <span className={styles.word}>
            {symbol}{' '}
            {present
              ? wordOf(pair, level)
              : t('panels.delivery.unknown-was', 'UNKNOWN (was {{word}})', { word: wordOf(pair, level) })}
          </span>
          <span className={styles.main}>
            {estimate}
            {figure(options.figure, false)}
          </span>
          {OTHERS[options.figure].map((other) => (
            <span key={other} className={styles.other}>
              {nameOf(other)} {figure(other, false)}
            </span>
          ))}
        </span>
      )}
      <Bar fill={fillOf(pair)} />
    </td>
  );
}

/** The fill as a bar along the cell's lower edge: for the eye alone, the number says the same. */
function Bar({ fill }: { fill: number | undefined }) {
  const styles = useStyles2(getStyles);
  return fill ? (
    <span aria-hidden="true" className={styles.bar} style={{ width: `${Math.min(100, fill * 100)}%` }} />
  ) : null;
}

const OTHERS: Record<Figure, Figure[]> = {
  fill: ['undelivered', 'deadline'],
  undelivered: ['fill', 'deadline'],
  deadline: ['fill', 'undelivered'],
};

function nameOf(figure: Figure): string {
  switch (figure) {
    case 'fill':
      return t('panels.cell.fill', 'fill');
    case 'undelivered':
      return t('panels.cell.undelivered', 'undelivered');
    case 'deadline':
      return t('panels.cell.deadline', 'deadline');
  }
}

function figureText(
  figure: Figure,
  pair: PairRow,
  level: Level,
  { present, timeZone }: CellContext,
  serverTime: number,
  short: boolean
): string {
  const absent = short ? NOT_EXPOSED_SHORT : notExposed();
  switch (figure) {
    case 'fill': {
      const fill = fillOf(pair);
      if (fill === 0 && level === 'gone') {
        return short ? '' : notFilling();
      }
      return fill === undefined ? absent : short ? formatRatio(fill).replace(' ', '') : formatRatio(fill);
    }
    case 'undelivered':
      if (pair.undelivered === undefined) {
        return absent;
      }
      return short ? shortCount(pair.undelivered) : formatNumber(pair.undelivered);
    case 'deadline':
      if (pair.deadline === undefined) {
        // Of a pair that is not seen nobody knows whether it has one.
        return pair.reach === 'not seen' || (pair.reach === 'lost' && level !== 'gone')
          ? absent
          : t('panels.cell.no-deadline', 'none');
      }
      if (!present) {
        return short ? NOT_EXPOSED_SHORT : formatMoment(pair.deadline, timeZone);
      }
      return short ? shortRest((pair.deadline - serverTime) / 1000) : longRest((pair.deadline - serverTime) / 1000);
  }
}

const getStyles = (theme: GrafanaTheme2) => {
  const raised = { color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium };
  return {
    cell: css({
      position: 'relative',
      cursor: 'pointer',
      fontVariantNumeric: 'tabular-nums',
      color: theme.colors.text.primary,
      // Above the neighbours' borders.
      '&:focus': { outline: `2px solid ${theme.colors.primary.text}`, outlineOffset: -2 },
      '&[aria-selected="true"]': { boxShadow: `inset 0 0 0 2px ${theme.colors.primary.border}` },
    }),
    dense: css({ whiteSpace: 'nowrap' }),
    line: css({ whiteSpace: 'nowrap' }),
    unseen: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
    word: css({ display: 'block' }),
    main: css({ display: 'block', fontSize: theme.typography.h4.fontSize }),
    other: css({ display: 'block', fontSize: theme.typography.bodySmall.fontSize }),
    bar: css({ position: 'absolute', left: 0, bottom: 0, height: 3, background: 'currentColor' }),
    empty: css({ color: theme.colors.text.secondary, cursor: 'default' }),
    past: css({ color: theme.colors.text.secondary, fontStyle: 'italic' }),
    well: css({ color: theme.colors.text.secondary }),
    'not seen': css({ background: theme.colors.background.secondary }),
    returning: css({ background: theme.colors.info.transparent }),
    'not known': css({ background: theme.colors.action.selected }),
    lost: css({ background: theme.colors.warning.transparent }),
    soon: css({
      ...raised,
      background: theme.colors.warning.transparent,
      boxShadow: `inset 0 0 0 1px ${theme.colors.warning.border}`,
    }),
    now: css({
      ...raised,
      background: theme.colors.error.transparent,
      boxShadow: `inset 0 0 0 1px ${theme.colors.error.border}`,
    }),
    gone: css({
      ...raised,
      background: theme.colors.error.transparent,
      boxShadow: `inset 0 0 0 2px ${theme.colors.error.border}`,
    }),
  };
};
