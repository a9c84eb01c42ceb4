import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { memo, useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref } from 'react';

import { t } from '../../i18n/text';
import { inertName, shortened, visibleText } from '../../model/text';
import { Cell, type CellContext } from './Cell';
import { keyOf, step, type Ends, type Grid, type Place } from './grid';

const ROW_NAME_CHARACTERS = 24;
const COLUMN_NAME_CHARACTERS = 14;

/** What others may ask of the matrix. */
export interface MatrixHandle {
  /** Puts the focus on a pair's cell. */
  focus(ends: Ends): void;
  /** Scrolls a pair's cell into sight. */
  reveal(ends: Ends): void;
}

interface Props {
  /** Names the grid for those who hear it. */
  label: string;
  grid: Grid;
  context: CellContext;
  /** What a cell is whose pair the answer does not hold, for those who hear it. */
  missing: string;
  selected: Ends | undefined;
  maxHeight: number;
  /** A cell got the focus, or was clicked; undefined for one without a pair. */
  onSelect(ends: Ends | undefined): void;
  /** Enter was pressed on a pair's cell. */
  onEnter(ends: Ends): void;
  onEscape(): void;
  handle: Ref<MatrixHandle>;
}

/** All pairs: the row sends, the column receives. One tab stop; arrow keys go from cell to cell. */
export const Matrix = memo(function Matrix(props: Props) {
  const { label, grid, context, missing, selected, maxHeight, onSelect, onEnter, onEscape, handle } = props;
  const styles = useStyles2(getStyles);
  const table = useRef<HTMLTableElement>(null);
  const { nodes } = grid;
  const [stop, setStop] = useState<Ends>({ node: nodes[0] ?? '', peer: nodes[1] ?? '' });
  // The nodes may have changed since.
  const tabRow = Math.max(0, nodes.indexOf(stop.node));
  const tabColumn = Math.max(0, nodes.indexOf(stop.peer));
  const cellAt = ({ row, column }: Place) =>
    table.current?.querySelector<HTMLElement>(`[data-cell="${row} ${column}"]`);
  const placeOf = ({ node, peer }: Ends) => ({ row: nodes.indexOf(node), column: nodes.indexOf(peer) });
  const endsOf = (target: EventTarget): Ends | undefined => {
    const place = cellOf(target);
    const node = place && nodes[place.row];
    const peer = place && nodes[place.column];
    return node === undefined || peer === undefined ? undefined : { node, peer };
  };
  useImperativeHandle(handle, () => ({
    focus: (ends) => cellAt(placeOf(ends))?.focus(),
    reveal: (ends) => cellAt(placeOf(ends))?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' }),
  }));
  const onKeyDown = (event: KeyboardEvent) => {
    const from = endsOf(event.target);
    if (!from || event.altKey || event.metaKey || event.shiftKey) {
      return;
    }
    const to = step(event.key, event.ctrlKey, placeOf(from), nodes.length);
    if (to) {
      cellAt(to)?.focus();
    } else if (event.key === 'Enter' && grid.at(from.node, from.peer)) {
      onEnter(from);
    } else if (event.key === 'Escape' && selected) {
      onEscape();
    } else {
      return;
    }
    // Neither the page nor the dashboard may move as well.
    event.preventDefault();
    event.stopPropagation();
  };
  const onFocus = (target: EventTarget) => {
    const ends = endsOf(target);
    if (ends) {
      setStop(ends);
      onSelect(grid.at(ends.node, ends.peer) && ends);
    }
  };
  return (
    <div className={styles.scroll} style={{ maxHeight }}>
      <table
        ref={table}
        role="grid"
        aria-label={label}
        aria-rowcount={nodes.length + 1}
        aria-colcount={nodes.length + 1}
        className={cx(styles.table, context.dense ? styles.dense : styles.roomy)}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => onFocus(target)}
      >
        <thead>
          <tr role="row" aria-rowindex={1}>
            <th role="columnheader" scope="col" className={styles.corner}>
              <span className={styles.unseen}>{t('panels.matrix.corner', 'Sender, and its receivers')}</span>
              <span aria-hidden="true">{t('panels.matrix.corner-short', 'from ↓ to →')}</span>
            </th>
            {nodes.map((peer, column) => (
              <th
                key={peer}
                role="columnheader"
                scope="col"
                aria-colindex={column + 2}
                title={visibleText(peer)}
                className={styles.column}
              >
                <span className={styles.unseen}>{t('panels.matrix.to', 'to {{node}}', { node: inertName(peer) })}</span>
                <bdi aria-hidden="true">
                  {shortened(
                    visibleText(grid.short(peer)),
                    context.dense ? COLUMN_NAME_CHARACTERS : ROW_NAME_CHARACTERS
                  )}
                </bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node, row) => (
            <tr key={node} role="row" aria-rowindex={row + 2}>
              <th role="rowheader" scope="row" title={visibleText(node)} className={styles.row}>
                <span className={styles.unseen}>
                  {t('panels.matrix.from', 'from {{node}}', { node: inertName(node) })}
                </span>
                <bdi aria-hidden="true">{shortened(visibleText(grid.short(node)), ROW_NAME_CHARACTERS)}</bdi>
              </th>
              {nodes.map((peer, column) => (
                <Cell
                  key={peer}
                  pair={grid.at(node, peer)}
                  context={context}
                  emptyLabel={
                    node === peer
                      ? t('panels.matrix.itself', '{{node}} to itself', { node: inertName(node) })
                      : t('panels.matrix.missing', '{{node}} to {{peer}}: {{why}}', {
                          node: inertName(node),
                          peer: inertName(peer),
                          why: missing,
                        })
                  }
                  row={row}
                  column={column}
                  isTabStop={row === tabRow && column === tabColumn}
                  isSelected={selected !== undefined && keyOf(selected) === keyOf({ node, peer })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});

/** Row and column of the cell that an event comes from; undefined when it comes from elsewhere. */
function cellOf(target: EventTarget): Place | undefined {
  const place = target instanceof HTMLElement ? target.dataset.cell : undefined;
  const [row, column] = (place ?? '').split(' ').map(Number);
  return place === undefined || row === undefined || column === undefined ? undefined : { row, column };
}

const getStyles = (theme: GrafanaTheme2) => {
  const border = `1px solid ${theme.colors.border.weak}`;
  const header = {
    position: 'sticky',
    background: theme.colors.background.primary,
    color: theme.colors.text.secondary,
    fontWeight: theme.typography.fontWeightRegular,
  } as const;
  return {
    scroll: css({
      overflow: 'auto',
      border,
      borderRadius: theme.shape.radius.default,
      // A cell that gets the focus must not come to lie under the sticky headers.
      scrollPadding: theme.spacing(15, 1, 1, 20),
    }),
    table: css({
      // Collapsed borders do not move with sticky headers.
      borderCollapse: 'separate',
      borderSpacing: 0,
      'th, td': { borderRight: border, borderBottom: border, textAlign: 'left' },
    }),
    roomy: css({
      width: '100%',
      tableLayout: 'fixed',
      'th, td': { padding: theme.spacing(0.75, 1), verticalAlign: 'top' },
      'thead th:first-child': { width: 150 },
      'tbody th': { whiteSpace: 'normal', overflowWrap: 'anywhere' },
    }),
    dense: css({
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: 1.3,
      'th, td': { padding: theme.spacing(0.5, 0.5) },
      td: { minWidth: 46, textAlign: 'center' },
      'thead th + th': { verticalAlign: 'bottom' },
      'thead th + th bdi': { writingMode: 'vertical-rl', transform: 'rotate(180deg)', whiteSpace: 'nowrap' },
    }),
    unseen: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
    corner: css({ ...header, top: 0, left: 0, zIndex: 3, whiteSpace: 'nowrap' }),
    column: css({ ...header, top: 0, zIndex: 2 }),
    row: css({ ...header, left: 0, zIndex: 1, whiteSpace: 'nowrap' }),
  };
};
