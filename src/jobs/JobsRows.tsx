import { css } from '@emotion/css';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo, useRef, useState, type FocusEvent, type RefObject } from 'react';

import { type Target } from '../actions/states';
import { keyOf, type JobEntry } from './entries';
import { JobsRow } from './JobsRow';
import { type Column, type Layout } from './layout';
import { useVisibleRows, type VisibleRow } from './visibleRows';

/** So many rows are drawn at once; of more, those that are within sight. */
export const ALL_DRAWN = 30;

interface Props {
  entries: JobEntry[];
  columns: readonly Column[];
  layout: Layout;
  timeZone: TimeZone;
  open?(target: Target): void;
}

/** The body of the table. */
export function JobsRows(props: Props) {
  const { entries } = props;
  return entries.length > ALL_DRAWN ? <ManyRows {...props} /> : <Drawn {...props} rows={entries.map(atIndex)} />;
}

function atIndex(_: JobEntry, index: number): VisibleRow {
  return { index, gap: 0 };
}

/** Rows of which those within sight are drawn. */
function ManyRows(props: Props) {
  const { entries, layout } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const keys = useMemo(() => entries.map(keyOf), [entries]);
  const [focused, setFocused] = useState<string>();
  const keptAt = focused === undefined ? -1 : keys.indexOf(focused);
  const { rows, rest } = useVisibleRows({
    body,
    keys,
    rowHeight: layout.rowHeight,
    kept: keptAt < 0 ? undefined : keptAt,
  });
  const onFocus = ({ target }: FocusEvent) => setFocused(keys[Number(target.closest('tr')?.dataset.index)]);
  return (
    <Drawn {...props} rows={rows} rest={rest} body={body} onFocus={onFocus} onBlur={() => setFocused(undefined)} />
  );
}

interface DrawnProps extends Props {
  rows: VisibleRow[];
  /** The height of what is below the last row that is drawn, in pixels. */
  rest?: number;
  body?: RefObject<HTMLTableSectionElement>;
  onFocus?(event: FocusEvent): void;
  onBlur?(): void;
}

function Drawn({ entries, rows, rest = 0, body, onFocus, onBlur, ...common }: DrawnProps) {
  const styles = useStyles2(getStyles);
  return (
    <tbody
      ref={body}
      role="rowgroup"
      className={styles.body}
      style={{ paddingBottom: rest }}
      onFocus={onFocus}
      onBlur={onBlur}
    >
      {rows.map(({ index, gap }) => {
        const entry = entries[index];
        return entry && <JobsRow key={keyOf(entry)} index={index} gap={gap} {...entry} {...common} />;
      })}
    </tbody>
  );
}

const getStyles = () => ({
  // A block whose beginning is not moved by the gap above its first row.
  body: css({ display: 'flow-root' }),
});
