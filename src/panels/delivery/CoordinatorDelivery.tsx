import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Badge, useStyles2 } from '@grafana/ui';
import React, { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { type DeliveryAnswer } from '../../model/delivery';
import { asOfStatement, freshness, serverNow } from '../../model/freshness';
import { ForeignText } from '../../model/ForeignText';
import { formatNumber } from '../../model/numbers';
import { inertName, SENTENCE } from '../../model/text';
import { type CellContext } from './Cell';
import { isTrouble, levelOf, LEVELS, levelWord, SYMBOLS, type Level } from './levels';
import { DETAIL_WIDTH, layoutOf } from './layout';
import { Matrix, type MatrixHandle } from './Matrix';
import { gridOf, type Ends } from './grid';
import { type DeliveryOptions, type Figure } from './options';
import { PairDetail } from './PairDetail';
import { RestartLosses } from './RestartLosses';
import { emptyStatement, pairName, summary } from './sentences';
import { Troubles, type Standing } from './Troubles';

/** As many characters as two or three reasons take. */
const REASON = 400;
/** How often the order of the list follows the clock, in milliseconds; the countdowns follow each second. */
const ORDER_EVERY = 10_000;

interface Props {
  answer: DeliveryAnswer;
  receivedAt: number;
  /** Shown as a heading where the panel shows several coordinators. */
  heading?: string;
  /** The data source of ours that answered; undefined when it cannot be told. */
  uid: string | undefined;
  /** What the query leaves out. */
  lostOnly: boolean;
  byNode: boolean;
  options: DeliveryOptions;
  timeZone: TimeZone;
  width: number;
  height: number;
}

/** The event delivery of one coordinator's nodes, with how far it may be believed. */
export function CoordinatorDelivery(props: Props) {
  const { answer, receivedAt, heading, uid, lostOnly, byNode, options, timeZone, width, height } = props;
  const styles = useStyles2(getStyles);

  const now = useTick();
  const how = freshness(answer, receivedAt, now);
  const present = how !== 'blind';
  const [selected, setSelected] = useState<Ends>();
  const matrix = useRef<MatrixHandle>(null);
  const detail = useRef<HTMLDivElement>(null);
  // Set while the focus is put back on a cell, which must not open what was just closed.
  const isClosing = useRef(false);
  // Set while the detail is to get the focus, once it is there.
  const wantsDetail = useRef(false);
  const grid = useMemo(() => gridOf(answer.rows), [answer.rows]);
  const pair = selected && grid.at(selected.node, selected.peer);
  const { isBeside, dense, matrixHeight, detailHeight } = layoutOf(width, height, grid.nodes.length);
  const { answeredAt } = answer;
  const context = useMemo<CellContext>(
    () => ({ options, dense, present, answeredAt, receivedAt, timeZone }),
    [options, dense, present, answeredAt, receivedAt, timeZone]
  );
  const orderTime = serverNow(answeredAt, receivedAt, present ? now - (now % ORDER_EVERY) : receivedAt);
  const standings = useMemo(
    () => answer.rows.map((row): Standing => ({ pair: row, level: levelOf(row, options, orderTime) })),
    [answer.rows, options, orderTime]
  );
  const counts = useMemo(() => countLevels(standings), [standings]);
  const troubles = useMemo(() => inTrouble(standings), [standings]);
  const select = useCallback((ends: Ends | undefined) => {
    if (!isClosing.current) {
      setSelected(ends);
    }
  }, []);
  const close = useCallback(() => {
    if (selected) {
      isClosing.current = true;
      matrix.current?.focus(selected);
      isClosing.current = false;
    }
    setSelected(undefined);
  }, [selected]);
  const open = useCallback((ends: Ends) => {
    wantsDetail.current = true;
    setSelected({ node: ends.node, peer: ends.peer });
  }, []);
  useEffect(() => {
    // Only now is the detail drawn.
    if (wantsDetail.current) {
      wantsDetail.current = false;
      detail.current?.focus();
    } else if (selected && !isBeside) {
      // The cell must not stay under the detail that it has opened.
      matrix.current?.reveal(selected);
    }
  }, [selected, isBeside]);
  const left = answer.total - answer.rows.length;
  return (
    <section
      className={styles.section}
      aria-label={heading ? inertName(heading) : t('panels.delivery.section', 'Event delivery between nodes')}
    >
      {heading && <h3 className={styles.heading}>{inertName(heading)}</h3>}
      <div className={styles.asOf}>
        {how === 'blind' && <Badge color="red" icon="eye-slash" text={t('panels.badge.not-seen', 'Not seen')} />}
        {how === 'stale' && <Badge color="orange" icon="history" text={t('panels.badge.stale', 'Stale')} />}
        {!answer.complete && (
          <Badge color="orange" icon="exclamation-triangle" text={t('panels.badge.incomplete', 'Incomplete')} />
        )}
        <span>{asOfStatement(answer, how, receivedAt, now, timeZone)}</span>
        {left > 0 && (
          <span>
            {t(
              'panels.delivery.limited',
              "{{shown}} of {{total}} pairs are shown; the query's limit leaves out the others.",
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
      <NotExposed answer={answer} />
      <p role="status" className={styles.summary}>
        {answer.rows.length === 0
          ? emptyStatement(answer, how, lostOnly, byNode)
          : summary(answer, how, counts, lostOnly || byNode || left > 0)}
      </p>
      <Unseen standings={standings} />
      {(troubles.length > 0 || answer.restartLoses.length > 0) && (
        <div className={styles.lists}>
          <Troubles
            troubles={troubles}
            answer={answer}
            receivedAt={receivedAt}
            present={present}
            timeZone={timeZone}
            short={grid.short}
            onOpen={open}
          />
          <RestartLosses losses={answer.restartLoses} present={present} uid={uid} />
        </div>
      )}
      {answer.rows.length > 0 && (
        <>
          <Legend counts={counts} present={present} options={options} />
          <div className={pair && isBeside ? styles.beside : styles.below}>
            <Matrix
              handle={matrix}
              label={t('panels.delivery.matrix', 'Event delivery: each row sends, each column receives')}
              grid={grid}
              context={context}
              missing={
                lostOnly
                  ? t('panels.delivery.not-in-trouble', 'not in trouble, so not shown')
                  : t('panels.delivery.not-shown', 'not shown')
              }
              selected={selected}
              maxHeight={matrixHeight}
              onSelect={select}
              onEnter={open}
              onEscape={close}
            />
            {pair && (
              <PairDetail
                region={detail}
                isBeside={isBeside}
                maxHeight={detailHeight}
                pair={pair}
                answer={answer}
                receivedAt={receivedAt}
                present={present}
                options={options}
                timeZone={timeZone}
                onClose={close}
              />
            )}
          </div>
        </>
      )}
    </section>
  );
}

/** Why pairs are not seen, by the first of them: none needs to be opened to learn what is to be set up. */
function Unseen({ standings }: { standings: Standing[] }) {
  const styles = useStyles2(getStyles);
  const unseen = standings.filter(({ pair, level }) => level === 'not seen' && pair.notExposed !== '');
  const [first] = unseen;
  return first ? (
    <p className={styles.unseen}>
      {t('panels.delivery.not-exposed-pair', 'Not exposed, {{pair}}:', { pair: pairName(first.pair) })}{' '}
      <ForeignText text={first.pair.notExposed} characters={REASON} expandable />
      {unseen.length > 1 && ` ${t('panels.delivery.others-say', 'The others say why when they are chosen.')}`}
    </p>
  ) : null;
}

/** Why the coordinator tells nothing of its event delivery. */
function NotExposed({ answer }: { answer: DeliveryAnswer }) {
  if (answer.exposed || answer.blind) {
    return null;
  }
  return (
    <Alert severity="info" title={t('panels.delivery.not-exposed-title', 'Event delivery is not exposed')}>
      <ForeignText
        text={answer.exposedReason}
        characters={SENTENCE}
        otherwise={t('panels.delivery.no-reason', "The coordinator gave no reason. Look at the data source's health.")}
        expandable
      />
    </Alert>
  );
}

interface LegendProps {
  counts: ReadonlyMap<Level, number>;
  present: boolean;
  options: DeliveryOptions;
}

/** What cells show, in the legend's words. */
function figureText(figure: Figure): string {
  switch (figure) {
    case 'fill':
      return t('panels.delivery.legend-fill', 'Cells: fill of the sent events buffer.');
    case 'undelivered':
      return t('panels.delivery.legend-undelivered', 'Cells: undelivered events.');
    case 'deadline':
      return t('panels.delivery.legend-deadline', 'Cells: time until events are lost for good.');
  }
}

/** What the symbols mean, and how many pairs have each. */
function Legend({ counts, present, options }: LegendProps) {
  const styles = useStyles2(getStyles);
  const values = (level: Level, count: number) => ({ level: levelWord(level), pairs: formatNumber(count) });
  return (
    <div className={styles.legend}>
      <span>{figureText(options.figure)}</span>
      {LEVELS.flatMap((level) => {
        const count = counts.get(level);
        return count === undefined
          ? []
          : [
              <span key={level}>
                <strong>{present ? SYMBOLS[level] : SYMBOLS['not seen']}</strong>{' '}
                {present
                  ? t('panels.delivery.legend-level', '{{level}}: {{pairs}}', values(level, count))
                  : t('panels.delivery.legend-level-past', 'was {{level}}: {{pairs}}', values(level, count))}
              </span>,
            ];
      })}
      <span>
        {t('panels.delivery.legend-how', 'Choose a cell for all of its figures: click, or arrow keys and Enter.')}
      </span>
    </div>
  );
}

function countLevels(standings: Standing[]): ReadonlyMap<Level, number> {
  const counts = new Map<Level, number>();
  for (const { level } of standings) {
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return counts;
}

/** The pairs in trouble, the earliest deadline first; then the worst. */
function inTrouble(standings: Standing[]): Standing[] {
  return standings
    .filter(({ level }) => isTrouble(level))
    .sort(
      (one, other) =>
        (one.pair.deadline ?? Infinity) - (other.pair.deadline ?? Infinity) ||
        LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level)
    );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
  }),
  heading: css({ fontSize: theme.typography.h5.fontSize, margin: 0, overflowWrap: 'anywhere' }),
  asOf: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 1),
    color: theme.colors.text.secondary,
    fontVariantNumeric: 'tabular-nums',
  }),
  unseen: css({ margin: 0, color: theme.colors.text.secondary }),
  summary: css({ margin: 0, fontWeight: theme.typography.fontWeightMedium }),
  // Beside each other where there is room.
  lists: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1, 3),
    '& > :first-child': { flex: '0 1 auto', minWidth: 0 },
    '& > :last-child': { flex: '1 1 300px', minWidth: 0 },
  }),
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.25, 2),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
  beside: css({
    display: 'grid',
    gridTemplateColumns: `minmax(0, 1fr) ${DETAIL_WIDTH}px`,
    gap: theme.spacing(1),
    alignItems: 'start',
  }),
  below: css({ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: theme.spacing(1) }),
});
