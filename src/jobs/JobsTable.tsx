import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Button, Pagination, useStyles2 } from '@grafana/ui';
import React, { memo, useState } from 'react';

import { type Kind } from '../../api/types';
import { type JobRow } from '../../model/jobs';
import { shortened, visibleText } from '../../model/text';
import { AgeCell } from './AgeCell';
import { whyNot } from './availability';
import { StateCell } from './StateCell';
import { type SupportAnswer } from './useSupport';

/** Rows on the screen at once: 5,000 rows stay quick because only these are drawn. */
export const PAGE_ROWS = 50;
const NAME_CHARACTERS = 80;
const NODES_CHARACTERS = 60;

export type Act = (kind: Kind, row: JobRow) => void;

interface Props {
  /** Names the table for those who hear it. */
  caption: string;
  rows: JobRow[];
  receivedAt: number;
  /** Whether the rows show the present; otherwise every state is UNKNOWN. */
  present: boolean;
  timeZone: TimeZone;
  showNodes: boolean;
  /** Absent where no buttons are shown. */
  actions?: { support: SupportAnswer | undefined; act: Act };
}

/** The jobs of one coordinator in the order in which the server gave them. */
export function JobsTable({ caption, rows, receivedAt, present, timeZone, showNodes, actions }: Props) {
  const styles = useStyles2(getStyles);
  const [wantedPage, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(wantedPage, pages);
  const shown = rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
  return (
    <>
      <table className={styles.table}>
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Id</th>
            <th scope="col">State</th>
            <th scope="col">Age</th>
            {showNodes && <th scope="col">Runs on</th>}
            {actions && <th scope="col">Actions</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row
              key={`${row.cluster} ${row.id} ${row.createTime ?? ''}`}
              row={row}
              receivedAt={receivedAt}
              present={present && row.listed}
              timeZone={timeZone}
              showNodes={showNodes}
              support={actions?.support}
              act={actions?.act}
            />
          ))}
        </tbody>
      </table>
      {pages > 1 && (
        <Pagination className={styles.pages} currentPage={page} numberOfPages={pages} onNavigate={setPage} />
      )}
    </>
  );
}

interface RowProps {
  row: JobRow;
  receivedAt: number;
  present: boolean;
  timeZone: TimeZone;
  showNodes: boolean;
  support: SupportAnswer | undefined;
  act?: Act;
}

const Row = memo(function Row({ row, receivedAt, present, timeZone, showNodes, support, act }: RowProps) {
  const styles = useStyles2(getStyles);
  const name = visibleText(row.name);
  const nodes = visibleText(row.nodes);
  return (
    <tr>
      <th scope="row" className={styles.name} title={name}>
        {name ? shortened(name, NAME_CHARACTERS) : '(no name)'}
      </th>
      <td className={styles.id}>{visibleText(row.id)}</td>
      <td>
        <StateCell row={row} present={present} timeZone={timeZone} />
      </td>
      <td className={styles.age}>
        <AgeCell row={row} receivedAt={receivedAt} present={present} />
      </td>
      {showNodes && (
        <td className={styles.nodes} title={nodes}>
          {shortened(nodes, NODES_CHARACTERS)}
        </td>
      )}
      {act && (
        <td>
          <div className={styles.actions}>
            <ActButton kind="cancel" row={row} support={support} act={act} />
            <ActButton kind="force-stop" row={row} support={support} act={act} />
          </div>
        </td>
      )}
    </tr>
  );
});

interface ActButtonProps {
  kind: Kind;
  row: JobRow;
  support: SupportAnswer | undefined;
  act: Act;
}

/** Opens the dialog; where the server does not allow that, it stays reachable by keyboard and says why. */
function ActButton({ kind, row, support, act }: ActButtonProps) {
  const styles = useStyles2(getStyles);
  const label = kind === 'cancel' ? 'Cancel job…' : 'Force stop job…';
  const reason = whyNot(kind, row, support);
  // For the moment until the server has answered, a hundred tooltips would double the time of the first picture.
  const isAsking = support?.known === 'not yet';
  const who = `${shortened(visibleText(row.name), NAME_CHARACTERS)} ${visibleText(row.id)}`;
  return (
    <Button
      size="sm"
      fill="outline"
      variant={kind === 'cancel' ? 'secondary' : 'destructive'}
      aria-label={reason ? `${label} ${who}. Not possible: ${visibleText(reason)}` : `${label} ${who}`}
      disabled={reason !== ''}
      tooltip={reason === '' || isAsking ? undefined : visibleText(reason)}
      className={styles.act}
      onClick={() => act(kind, row)}
    >
      {label}
    </Button>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    'th, td': {
      textAlign: 'left',
      verticalAlign: 'middle',
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      fontWeight: theme.typography.fontWeightRegular,
    },
    'thead th': {
      position: 'sticky',
      top: 0,
      zIndex: 1,
      background: theme.colors.background.primary,
      color: theme.colors.text.secondary,
      whiteSpace: 'nowrap',
    },
  }),
  caption: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  name: css({ overflowWrap: 'anywhere', minWidth: 120, maxWidth: 420 }),
  id: css({ fontFamily: theme.typography.fontFamilyMonospace, fontVariantNumeric: 'tabular-nums' }),
  age: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  nodes: css({ overflowWrap: 'anywhere' }),
  actions: css({ display: 'flex', gap: theme.spacing(1) }),
  act: css({ whiteSpace: 'nowrap' }),
  pages: css({ padding: theme.spacing(1) }),
});
