import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';

import { t } from '../../../i18n/text';
import { useWidth } from '../../../jobs/useWidth';
import { type JobEvent } from '../../../model/events';
import { formatMoment } from '../../../model/time';
import { Moment } from '../../Moment';
import { Table } from '../../Table';
import { type Span } from '../address';
import { type Bar } from './bars';
import { MarksLane, MARKS_HEIGHT } from './MarksLane';
import { marksOf, type Mark } from './marks';
import { percentOf, tickFormat, ticksOf } from './scale';
import { LANE_HEIGHT, StatesLane } from './StatesLane';
import { barSentence, eventWords, linesOf } from './texts';

const AXIS_HEIGHT = 22;
/** Rows of the list at once; the range says which. */
const MOST_LINES = 200;

interface Props {
  span: Span;
  bars: Bar[];
  /** What happened to the job and was done about it. */
  ofJob: JobEvent[];
  /** What happened to its cluster. */
  ofCluster: JobEvent[];
  timeZone: TimeZone;
}

/** Something on the timeline that can be read by itself. */
type Item = { is: 'bar'; at: number; bar: Bar } | { is: 'mark'; at: number; mark: Mark };

/** States and events on one axis, and the same as a list. */
export function Timeline({ span, bars, ofJob, ofCluster, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const { colors } = useTheme2();
  const hatch = `hatch${useId().replace(/\W/g, '')}`;
  const helpId = useId();
  const statesLane = useRef<SVGSVGElement>(null);
  const laneWidth = useWidth(statesLane);
  const jobMarks = useMemo(() => marksOf('job', ofJob, span), [ofJob, span]);
  const clusterMarks = useMemo(() => marksOf('cluster', ofCluster, span), [ofCluster, span]);
  const items = useMemo(() => itemsOf(bars, [...jobMarks, ...clusterMarks]), [bars, jobMarks, clusterMarks]);
  const [chosen, choose] = useState<string>();
  const place = items.findIndex((item) => keyOf(item) === chosen);
  const item = items[place];
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextPlace(event.key, place, items.length);
    const target = next === undefined ? undefined : items[next];
    if (target) {
      event.preventDefault();
      choose(keyOf(target));
    }
  };
  const selectMark = (mark: Mark) => choose(keyOf({ is: 'mark', at: mark.at, mark }));
  const selectedMark = item?.is === 'mark' ? item.mark : undefined;
  const format = tickFormat(span);
  return (
    <>
      <div
        className={styles.chart}
        role="group"
        // The arrow keys read it bit by bit.
        tabIndex={0}
        aria-label={t('app-job.timeline.label', 'Timeline from {{from}} to {{to}}', {
          from: formatMoment(span.from, timeZone),
          to: formatMoment(span.to, timeZone),
        })}
        aria-describedby={helpId}
        onKeyDown={onKeyDown}
      >
        <span className={styles.lane} style={{ height: LANE_HEIGHT }}>
          {t('app-job.timeline.states', 'States')}
        </span>
        <svg ref={statesLane} className={styles.picture} height={LANE_HEIGHT} aria-hidden="true">
          <defs>
            <pattern id={hatch} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width={2} height={5} fill={colors.text.secondary} />
            </pattern>
          </defs>
          <StatesLane
            bars={bars}
            span={span}
            laneWidth={laneWidth}
            timeZone={timeZone}
            hatch={hatch}
            selected={item?.is === 'bar' ? item.bar : undefined}
            select={(bar) => choose(keyOf({ is: 'bar', at: bar.since, bar }))}
          />
        </svg>
        <span className={styles.lane} style={{ height: MARKS_HEIGHT }}>
          {t('app-job.timeline.job', 'Job')}
        </span>
        <svg className={styles.picture} height={MARKS_HEIGHT} aria-hidden="true">
          <MarksLane marks={jobMarks} span={span} selected={selectedMark} select={selectMark} />
        </svg>
        <span className={styles.lane} style={{ height: MARKS_HEIGHT }}>
          {t('app-job.timeline.cluster', 'Cluster')}
        </span>
        <svg className={styles.picture} height={MARKS_HEIGHT} aria-hidden="true">
          <MarksLane marks={clusterMarks} span={span} selected={selectedMark} select={selectMark} />
        </svg>
        <span />
        <svg className={styles.picture} height={AXIS_HEIGHT} aria-hidden="true">
          <line x1="0%" x2="100%" y1={1} y2={1} stroke={colors.border.strong} />
          {ticksOf(span).map((at) => (
            <svg key={at} x={`${percentOf(at, span)}%`} overflow="visible">
              <line y1={1} y2={6} stroke={colors.border.strong} />
              <text y={18} fontSize={11} textAnchor={anchorOf(percentOf(at, span))} fill={colors.text.secondary}>
                {dateTimeFormat(at, { timeZone, format })}
              </text>
            </svg>
          ))}
        </svg>
      </div>
      <div className={styles.detail} role="status">
        {item ? <Detail item={item} timeZone={timeZone} /> : null}
      </div>
      <p id={helpId} className={styles.help}>
        {t(
          'app-job.timeline.help',
          'Beginnings: a solid edge is exact, a hatched one was observed between two looks, an open arrow to the left means at least so long. Events: circle for information, triangle for a warning, square for an error. Click one, or focus the timeline and press ← or →, to read it.'
        )}
      </p>
      <List bars={bars} events={[...ofJob, ...ofCluster]} span={span} timeZone={timeZone} />
    </>
  );
}

function itemsOf(bars: Bar[], marks: Mark[]): Item[] {
  const all: Item[] = [
    ...bars.map((bar): Item => ({ is: 'bar', at: bar.since, bar })),
    ...marks.map((mark): Item => ({ is: 'mark', at: mark.at, mark })),
  ];
  return all.sort((a, b) => a.at - b.at);
}

/** Names an item over answers, which bring the same ones anew. */
function keyOf(item: Item): string {
  return item.is === 'bar'
    ? `bar ${item.bar.kind} ${item.bar.state} ${item.bar.since}`
    : `mark ${item.mark.lane} ${item.mark.events[0]?.id}`;
}

/** Where a key leads; undefined for all other keys. From nowhere, the way back begins at the newest. */
function nextPlace(key: string, place: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return Math.min(place + 1, count - 1);
    case 'ArrowLeft':
      return place < 0 ? count - 1 : Math.max(place - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function anchorOf(percent: number): 'start' | 'middle' | 'end' {
  return percent < 6 ? 'start' : percent > 94 ? 'end' : 'middle';
}

/** What the chosen item says. */
function Detail({ item, timeZone }: { item: Item; timeZone: TimeZone }) {
  if (item.is === 'bar') {
    return <p>{barSentence(item.bar, timeZone)}</p>;
  }
  return (
    <>
      {item.mark.events.map((event) => (
        <p key={`${event.id} ${event.kind}`}>
          <Moment at={event.at} timeZone={timeZone} /> {eventWords(event)}
        </p>
      ))}
    </>
  );
}

interface ListProps {
  bars: Bar[];
  events: JobEvent[];
  span: Span;
  timeZone: TimeZone;
}

/** The same as a list: for those who hear the page, and for those who copy from it. */
function List({ bars, events, span, timeZone }: ListProps) {
  const lines = useMemo(
    () =>
      linesOf(
        bars,
        events.filter(({ at }) => at >= span.from && at <= span.to)
      ),
    [bars, events, span]
  );
  return (
    <details>
      <summary>
        {t('app-job.timeline.list', 'The timeline as a list', {
          count: lines.length,
          defaultValue_one: 'The timeline as a list ({{count}} entry)',
          defaultValue_other: 'The timeline as a list ({{count}} entries)',
        })}
      </summary>
      <Table
        caption={t('app-job.timeline.caption', 'States and events of the range, newest first')}
        headers={[
          t('app-job.list.when', 'When'),
          t('app-job.list.what', 'What happened'),
          t('app-job.list.how', 'How well the time is known'),
        ]}
      >
        {lines.slice(0, MOST_LINES).map(({ key, at, what, how }) => (
          <tr key={key}>
            <td>
              <Moment at={at} timeZone={timeZone} />
            </td>
            <td>{what}</td>
            <td>{how}</td>
          </tr>
        ))}
      </Table>
      {lines.length > MOST_LINES && (
        <p>{t('app-job.timeline.more', 'Only the newest are listed; choose a shorter range for the others.')}</p>
      )}
    </details>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  chart: css({
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    columnGap: theme.spacing(1),
    padding: theme.spacing(0.5),
    borderRadius: theme.shape.radius.default,
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  lane: css({
    display: 'flex',
    alignItems: 'center',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  picture: css({ display: 'block', width: '100%', overflow: 'visible', g: { cursor: 'pointer' } }),
  detail: css({ minHeight: theme.spacing(4), overflowWrap: 'anywhere', p: { margin: theme.spacing(0.5, 0) } }),
  help: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
