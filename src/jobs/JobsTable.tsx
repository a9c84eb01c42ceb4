import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo, useRef } from 'react';

import { type Target } from '../actions/states';
import { type JobRow } from '../model/jobs';
import { type JobEntry } from './entries';
import { JobsRows } from './JobsRows';
import { COLUMNS, isOnFirstLine, layoutOf, type Column, type Layout } from './layout';
import { columnTitle } from './titles';
import { useWidth } from './useWidth';

export { type JobEntry, type JobsOrigin } from './entries';

interface Props {
  /** Names the table for those who hear it. */
  caption: string;
  entries: JobEntry[];
  timeZone: TimeZone;
  /** Whether the members that run a job are shown. */
  showNodes?: boolean;
  /** Whether the table has a column for the coordinator: it shows the jobs of several. */
  showCoordinator?: boolean;
  /** Whether cause, outlook, deadline and advice are shown, where there are any. */
  showFinding?: boolean;
  /** Opens the dialog. Absent where no buttons are shown. */
  open?(target: Target): void;
}

/** Jobs in the order in which they are given, however many: of many, those within sight are drawn. */
export function JobsTable(props: Props) {
  const { caption, entries, timeZone, open } = props;
  const { showNodes = false, showCoordinator = false, showFinding = true } = props;
  const styles = useStyles2(getStyles);
  const table = useRef<HTMLTableElement>(null);
  const width = useWidth(table);
  const withActions = open !== undefined;
  const columns = useMemo(
    () => columnsOf(entries, { coordinator: showCoordinator, nodes: showNodes, actions: withActions }, showFinding),
    [entries, showCoordinator, showNodes, withActions, showFinding]
  );
  const layout = useMemo(() => layoutOf(width ?? 0, columns), [width, columns]);
  return (
    <table
      ref={table}
      role="table"
      className={styles.table}
      aria-rowcount={entries.length + 1}
      aria-colcount={COLUMNS.length}
    >
      <caption className={styles.unseen}>{caption}</caption>
      <Head columns={columns} layout={layout} />
      {/* Once its width is known, so that no row is drawn twice; heights of another arrangement are forgotten. */}
      {width !== undefined && (
        <JobsRows
          key={layout.arrangement}
          entries={entries}
          columns={columns}
          layout={layout}
          timeZone={timeZone}
          open={open}
        />
      )}
    </table>
  );
}

function Head({ columns, layout }: { columns: readonly Column[]; layout: Layout }) {
  const styles = useStyles2(getStyles);
  const { arrangement, template } = layout;
  return (
    <thead role="rowgroup" className={arrangement === 'cards' ? styles.unseen : styles.head}>
      <tr role="row" aria-rowindex={1} className={styles.headRow} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => (
          <th
            key={column}
            role="columnheader"
            scope="col"
            aria-colindex={COLUMNS.indexOf(column) + 1}
            className={cx(styles.title, arrangement === 'stacked' && !isOnFirstLine(column) && styles.unseen)}
          >
            {columnTitle(column)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/**
 * The columns of these jobs: some are shown only where a job has something to say there. Of all jobs, and not only of
 * those within sight: a column must not come and go while one scrolls.
 */
function columnsOf(
  entries: JobEntry[],
  wanted: Record<'coordinator' | 'nodes' | 'actions', boolean>,
  showFinding: boolean
): readonly Column[] {
  const has = (test: (row: JobRow) => boolean) => entries.some(({ row }) => test(row));
  const shown: Record<Column, boolean> = {
    job: true,
    id: true,
    state: true,
    age: true,
    ...wanted,
    cause: showFinding && has(({ cause }) => cause !== ''),
    deadline: showFinding && has(({ deadline }) => deadline !== undefined),
    advice: showFinding && has(({ advice }) => advice !== ''),
    parent: has(({ parent }) => parent !== ''),
  };
  return COLUMNS.filter((column) => shown[column]);
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({ display: 'block', position: 'relative', width: '100%' }),
  head: css({
    display: 'block',
    position: 'sticky',
    top: 0,
    zIndex: 1,
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  headRow: css({ display: 'grid', position: 'relative' }),
  title: css({
    padding: theme.spacing(0.5, 1),
    textAlign: 'left',
    fontWeight: theme.typography.fontWeightRegular,
    color: theme.colors.text.secondary,
    whiteSpace: 'nowrap',
  }),
  unseen: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
});
