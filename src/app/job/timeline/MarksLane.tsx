import { useTheme2 } from '@grafana/ui';
import React from 'react';

import { type Severity } from '../../../model/events';
import { type Span } from '../address';
import { type Mark } from './marks';
import { percentOf } from './scale';

/** The lane's height in pixels. */
export const MARKS_HEIGHT = 26;
const MIDDLE = MARKS_HEIGHT / 2;
const RADIUS = 6;
/** From here on, in percent, a number beside its mark would be cut by the lane's end. */
const NEAR_END = 97;

/** Each severity has a shape of its own, so that nobody needs the colour. */
const SHAPES: Record<Severity, string> = {
  info: `M0 ${MIDDLE - RADIUS} A${RADIUS} ${RADIUS} 0 1 1 -0.01 ${MIDDLE - RADIUS} Z`,
  warning: `M0 ${MIDDLE - RADIUS - 1} L${RADIUS + 1} ${MIDDLE + RADIUS} L${-RADIUS - 1} ${MIDDLE + RADIUS} Z`,
  error: `M${-RADIUS} ${MIDDLE - RADIUS} H${RADIUS} V${MIDDLE + RADIUS} H${-RADIUS} Z`,
};

interface Props {
  marks: Mark[];
  span: Span;
  selected: Mark | undefined;
  select(mark: Mark): void;
}

/** What happened, each at its time; several that are near to each other are one mark with their number. */
export function MarksLane({ marks, span, selected, select }: Props) {
  const { colors } = useTheme2();
  return (
    <>
      <line x1="0%" x2="100%" y1={MIDDLE} y2={MIDDLE} stroke={colors.border.medium} />
      {marks.map((mark) => (
        <svg
          key={mark.events[0]?.id}
          x={`${percentOf(mark.at, span)}%`}
          overflow="visible"
          onClick={() => select(mark)}
        >
          <path
            d={SHAPES[mark.severity]}
            fill={colors[mark.severity].main}
            stroke={mark === selected ? colors.text.primary : colors.background.secondary}
            strokeWidth={2}
          />
          {mark.events.length > 1 && (
            <text {...besideMark(percentOf(mark.at, span))} y={MIDDLE + 4} fontSize={11} fill={colors.text.primary}>
              {mark.events.length}
            </text>
          )}
        </svg>
      ))}
    </>
  );
}

/** Where the number of a mark stands: after it, and at the lane's end before it. */
function besideMark(percent: number): { x: number; textAnchor: 'start' | 'end' } {
  return percent < NEAR_END ? { x: RADIUS + 3, textAnchor: 'start' } : { x: -RADIUS - 3, textAnchor: 'end' };
}
