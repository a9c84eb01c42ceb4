import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useTheme2 } from '@grafana/ui';
import React from 'react';

import { type JobState } from '../../../model/states';
import { type Span } from '../address';
import { type Bar } from './bars';
import { percentOf } from './scale';
import { barSentence } from './texts';

/** The lane's height, and where its bars begin, in pixels. */
export const LANE_HEIGHT = 36;
const TOP = 4;
const HEIGHT = 28;
const MIDDLE = TOP + HEIGHT / 2;
/** A state word, which no language translates. */
const UNSEEN = 'UNKNOWN';
/** An observed beginning is hatched at least this wide, or nobody would see it. */
const HATCH = 7;
/** Where a bar's word begins, and its size, in pixels. */
const WORD_BEGINS = 14;
const WORD_SIZE = 12;
/** A capital's width of that size in Grafana's font, with some to spare. */
const LETTER = 8.5;

interface Props {
  bars: Bar[];
  span: Span;
  /** The lane's width in pixels; undefined before it is drawn. */
  laneWidth: number | undefined;
  timeZone: TimeZone;
  /** The id of the pattern of hatches. */
  hatch: string;
  selected: Bar | undefined;
  select(bar: Bar): void;
}

/**
 * The states of the job, each with its word, and with how well its beginning is known. Where a word does not fit, the bar
 * says it to the mouse; it is said when the bar is chosen, too, and in the list.
 */
export function StatesLane({ bars, span, laneWidth = 0, timeZone, hatch, selected, select }: Props) {
  const theme = useTheme2();
  return (
    <>
      {bars.map((bar) => {
        const color = colorOf(bar.state, theme);
        const x = percentOf(bar.from, span);
        const width = Math.max(0.3, percentOf(bar.to, span) - x);
        const isUnseen = bar.kind === 'unseen';
        const word = isUnseen ? UNSEEN : bar.state.toUpperCase();
        const pixels = (width / 100) * laneWidth;
        const fits = WORD_BEGINS + word.length * LETTER <= pixels;
        return (
          <g key={`${bar.kind} ${bar.state} ${bar.since}`} onClick={() => select(bar)}>
            <title>{barSentence(bar, timeZone)}</title>
            <rect
              x={`${x}%`}
              width={`${width}%`}
              y={bar.kind === 'end' ? TOP + HEIGHT - 8 : TOP}
              height={bar.kind === 'end' ? 8 : HEIGHT}
              fill={isUnseen ? `url(#${hatch})` : color}
              fillOpacity={isUnseen ? 1 : 0.35}
              stroke={bar === selected ? theme.colors.text.primary : color}
              strokeWidth={bar === selected ? 2 : 1}
              strokeDasharray={isUnseen ? '4 3' : undefined}
            />
            <Beginning
              bar={bar}
              span={span}
              hatch={hatch}
              color={theme.colors.text.primary}
              holdsArrow={pixels >= WORD_BEGINS}
            />
            {fits && (
              <svg x={`${x}%`} y={TOP} overflow="visible">
                <text
                  x={WORD_BEGINS}
                  y={bar.kind === 'end' ? 14 : 19}
                  fontSize={WORD_SIZE}
                  fill={theme.colors.text.primary}
                >
                  {word}
                </text>
              </svg>
            )}
          </g>
        );
      })}
    </>
  );
}

interface BeginningProps extends Pick<Props, 'span' | 'hatch'> {
  bar: Bar;
  color: string;
  /** The bar is wide enough for an arrow; before a narrower one it stands. */
  holdsArrow: boolean;
}

/** Solid: exact. Hatched: it began somewhere in there. An open arrow to the left: it may have begun earlier. */
function Beginning({ bar, span, hatch, color, holdsArrow }: BeginningProps) {
  const isBefore = bar.since < span.from;
  const x = percentOf(bar.from, span);
  if (bar.kind === 'unseen') {
    return null;
  }
  if (bar.quality === 'at least') {
    return (
      <svg x={`${x}%`} overflow="visible">
        <path
          d={`M11 ${MIDDLE - 6} L3 ${MIDDLE} L11 ${MIDDLE + 6}`}
          transform={holdsArrow ? undefined : `translate(-${WORD_BEGINS} 0)`}
          fill="none"
          stroke={color}
          strokeWidth={2}
        />
      </svg>
    );
  }
  if (isBefore) {
    return null;
  }
  if (bar.quality === 'observed') {
    const begin = bar.notBefore === undefined ? x : percentOf(bar.notBefore, span);
    return (
      <>
        <rect x={`${begin}%`} width={`${Math.max(0, x - begin)}%`} y={TOP} height={HEIGHT} fill={`url(#${hatch})`} />
        <svg x={`${x}%`} overflow="visible">
          <rect x={-HATCH / 2} width={HATCH} y={TOP} height={HEIGHT} fill={`url(#${hatch})`} />
        </svg>
      </>
    );
  }
  return (
    <svg x={`${x}%`} overflow="visible">
      <rect x={-1.5} width={3} y={TOP} height={HEIGHT} fill={color} />
    </svg>
  );
}

function colorOf(state: JobState, { colors }: GrafanaTheme2): string {
  switch (state) {
    case 'running':
      return colors.success.main;
    case 'pending':
    case 'savepointing':
      return colors.info.main;
    case 'canceling':
    case 'lost':
      return colors.warning.main;
    case 'failing':
    case 'failed':
      return colors.error.main;
    default:
      return colors.text.secondary;
  }
}
