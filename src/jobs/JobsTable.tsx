import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Button, Pagination, useStyles2 } from '@grafana/ui';
import React, { memo, useMemo, useState } from 'react';

import { type Target } from '../actions/states';
import { verb } from '../actions/texts';
import { type Kind } from '../api/types';
import { formatSince } from '../model/age';
import { type JobRow } from '../model/jobs';
import { ForeignText } from '../model/ForeignText';
import { inertName, SENTENCE } from '../model/text';
import { AgeCell } from './AgeCell';
import { onlyStopOf, whyNot, type SupportAnswer } from './availability';
import { Countdown } from './Countdown';
import { FindingCell } from './FindingCell';
import { StateCell } from './StateCell';

/** Rows on the screen at once: 5,000 rows stay quick because only these are drawn. */
export const PAGE_ROWS = 50;
const NAME_CHARACTERS = 80;
const NODES_CHARACTERS = 60;

/** What is the same for every row of one answer. */
export interface JobsOrigin {
  /** The data source; undefined where it cannot be told, so that nothing can be asked of it. */
  uid?: string;
  /** The name of the data source, where the table has a column for it. */
  name?: string;
  /** The page that shows this coordinator alone; absent where there is none. */
  href?: string;
  /** When the answer came, in milliseconds since 1970 by the browser's clock. */
  receivedAt: number;
  /** When the server answered by its own clock; undefined where it does not say. */
  answeredAt?: number;
  /** Whether the rows show the present; otherwise every state is UNKNOWN. */
  present: boolean;
  /** What is known of what the user may ask; undefined where no coordinator is known. */
  support?: SupportAnswer;
}

/** A job with where it comes from. */
export interface JobEntry {
  row: JobRow;
  origin: JobsOrigin;
}

interface Props {
  /** Names the table for those who hear it. */
  caption: string;
  entries: JobEntry[];
  timeZone: TimeZone;
  showNodes?: boolean;
  /** Whether the table has a column for the coordinator: it shows the jobs of several. */
  showCoordinator?: boolean;
  /** Opens the dialog. Absent where no buttons are shown. */
  open?(target: Target): void;
}

/** Jobs in the order in which they are given. */
export function JobsTable({ caption, entries, timeZone, showNodes = false, showCoordinator = false, open }: Props) {
  const styles = useStyles2(getStyles);
  const [wantedPage, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(entries.length / PAGE_ROWS));
  const page = Math.min(wantedPage, pages);
  const shown = entries.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
  const columns = useMemo(() => columnsOf(entries), [entries]);
  return (
    <>
      <table className={styles.table}>
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Id</th>
            {showCoordinator && <th scope="col">Coordinator</th>}
            <th scope="col">State</th>
            <th scope="col">Age</th>
            {columns.cause && <th scope="col">Cause and outlook</th>}
            {columns.deadline && <th scope="col">Deadline</th>}
            {columns.advice && <th scope="col">Advice</th>}
            {columns.parent && <th scope="col">Parent job</th>}
            {showNodes && <th scope="col">Runs on</th>}
            {open && <th scope="col">Actions</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ row, origin }) => (
            <Row
              key={`${origin.uid ?? ''} ${row.cluster} ${row.id} ${row.createTime ?? ''}`}
              row={row}
              origin={origin}
              timeZone={timeZone}
              showNodes={showNodes}
              showCoordinator={showCoordinator}
              columns={columns}
              open={open}
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

/** The columns that are shown only where some job has something to say there. */
type Columns = Record<'cause' | 'deadline' | 'advice' | 'parent', boolean>;

/** Of all jobs and not only of this page: a column must not come and go while one turns pages. */
function columnsOf(entries: JobEntry[]): Columns {
  const has = (test: (row: JobRow) => boolean) => entries.some(({ row }) => test(row));
  return {
    cause: has(({ cause }) => cause !== ''),
    deadline: has(({ deadline }) => deadline !== undefined),
    advice: has(({ advice }) => advice !== ''),
    parent: has(({ parent }) => parent !== ''),
  };
}

interface RowProps extends JobEntry {
  columns: Columns;
  timeZone: TimeZone;
  showNodes: boolean;
  showCoordinator: boolean;
  open?(target: Target): void;
}

const Row = memo(function Row({ row, origin, timeZone, showNodes, showCoordinator, columns, open }: RowProps) {
  const styles = useStyles2(getStyles);
  const present = origin.present && row.listed;
  return (
    <tr>
      <th scope="row" className={styles.name}>
        <ForeignText text={row.name} characters={NAME_CHARACTERS} otherwise="(no name)" expandable />
      </th>
      <td className={styles.id}>{inertName(row.id)}</td>
      {showCoordinator && (
        <td className={styles.nodes}>
          <CoordinatorName origin={origin} />
        </td>
      )}
      <td>
        <StateCell row={row} present={present} timeZone={timeZone} />
      </td>
      <td className={styles.age}>
        <AgeCell row={row} receivedAt={origin.receivedAt} present={present} />
        {row.since !== undefined && <div className={styles.since}>{formatSince(row.since, row.quality, timeZone)}</div>}
      </td>
      {columns.cause && (
        <td>
          <FindingCell row={row} present={present} />
        </td>
      )}
      {columns.deadline && (
        <td className={styles.deadline}>
          {row.deadline !== undefined && (
            <Countdown
              deadline={row.deadline}
              answeredAt={origin.answeredAt}
              receivedAt={origin.receivedAt}
              present={present}
              timeZone={timeZone}
            />
          )}
        </td>
      )}
      {columns.advice && (
        <td className={styles.advice}>
          <ForeignText text={row.advice} characters={SENTENCE} />
        </td>
      )}
      {columns.parent && <td className={styles.id}>{inertName(row.parent)}</td>}
      {showNodes && (
        <td className={styles.nodes}>
          <ForeignText text={row.nodes} characters={NODES_CHARACTERS} />
        </td>
      )}
      {open && (
        <td>
          <div className={styles.actions}>
            {!onlyStopOf(origin.support) && <ActButton kind="cancel" row={row} origin={origin} open={open} />}
            <ActButton kind="force-stop" row={row} origin={origin} open={open} />
          </div>
        </td>
      )}
    </tr>
  );
});

function CoordinatorName({ origin: { name = '', href } }: { origin: JobsOrigin }) {
  const styles = useStyles2(getStyles);
  const text = inertName(name);
  // A plain link, which Grafana follows without loading the page anew, and which works where no router is.
  return href ? (
    <a className={styles.link} href={href}>
      {text}
    </a>
  ) : (
    text
  );
}

interface ActButtonProps extends JobEntry {
  kind: Kind;
  open(target: Target): void;
}

/** Opens the dialog; where the server does not allow that, it stays reachable by keyboard and says why. */
function ActButton({ kind, row, origin, open }: ActButtonProps) {
  const styles = useStyles2(getStyles);
  const { uid, support } = origin;
  const onlyStop = onlyStopOf(support);
  const label = `${verb(kind, onlyStop)}…`;
  const reason = whyNot(kind, row, support);
  // For the moment until the server has answered, a hundred tooltips would double the time of the first picture.
  const isAsking = support?.known === 'not yet';
  const who = `${inertName(row.name, NAME_CHARACTERS)} ${inertName(row.id)}`;
  return (
    <Button
      size="sm"
      fill="outline"
      variant={kind === 'cancel' ? 'secondary' : 'destructive'}
      aria-label={reason ? `${label} ${who}. Not possible: ${inertName(reason, SENTENCE)}` : `${label} ${who}`}
      disabled={reason !== ''}
      tooltip={reason === '' || isAsking ? undefined : inertName(reason, SENTENCE)}
      className={styles.act}
      onClick={() => uid !== undefined && open({ uid, kind, jobId: row.id, jobName: row.name, onlyStop })}
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
  name: css({ overflowWrap: 'anywhere', minWidth: 260, maxWidth: 420 }),
  id: css({ fontFamily: theme.typography.fontFamilyMonospace, fontVariantNumeric: 'tabular-nums' }),
  age: css({ fontVariantNumeric: 'tabular-nums' }),
  // As wide as the longest countdown, so that the table does not move with each second.
  deadline: css({ fontVariantNumeric: 'tabular-nums', minWidth: 130 }),
  since: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    whiteSpace: 'nowrap',
  }),
  nodes: css({ overflowWrap: 'anywhere' }),
  advice: css({ minWidth: 160, maxWidth: 360 }),
  link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
  actions: css({ display: 'flex', gap: theme.spacing(1) }),
  act: css({ whiteSpace: 'nowrap' }),
  pages: css({ padding: theme.spacing(1) }),
});
