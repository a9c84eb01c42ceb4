import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Button, useStyles2 } from '@grafana/ui';
import React, { memo, type ReactNode } from 'react';

import { type Target } from '../actions/states';
import { verb } from '../actions/texts';
import { type Kind } from '../api/types';
import { t } from '../i18n/text';
import { formatSince } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { inertName, SENTENCE } from '../model/text';
import { utcMoment } from '../model/time';
import { AgeCell } from './AgeCell';
import { onlyStopOf, whyNot } from './availability';
import { Countdown } from './Countdown';
import { FindingCell } from './FindingCell';
import { type JobEntry, type JobsOrigin } from './entries';
import { jobPageLink } from './jobPage';
import { COLUMNS, isOnFirstLine, type Column, type Layout } from './layout';
import { StateCell } from './StateCell';
import { columnTitle } from './titles';

const NAME_CHARACTERS = 80;
const NODES_CHARACTERS = 60;

interface Props extends JobEntry {
  /** Which of all jobs it is, counted from 0; not all are drawn. */
  index: number;
  /** The height of the rows above it that are not drawn, in pixels. */
  gap: number;
  columns: readonly Column[];
  layout: Layout;
  timeZone: TimeZone;
  open?(target: Target): void;
}

/** A job. The roles are written out: elements of a table that are laid out in another way lose theirs in some browsers. */
export const JobsRow = memo(function JobsRow(props: Props) {
  const { row, origin, index, gap, columns, layout, timeZone, open } = props;
  const styles = useStyles2(getStyles);
  const present = origin.present && row.listed;
  const contents: Record<Column, () => ReactNode> = {
    job: () => <JobName row={row} origin={origin} />,
    id: () => inertName(row.id),
    coordinator: () => <CoordinatorName origin={origin} />,
    state: () => <StateCell row={row} present={present} timeZone={timeZone} />,
    age: () => (
      <>
        <AgeCell row={row} receivedAt={origin.receivedAt} present={present} />
        {row.since !== undefined && (
          <div className={styles.since} title={utcMoment(row.since)}>
            {formatSince(row.since, row.quality, timeZone)}
          </div>
        )}
      </>
    ),
    cause: () => row.cause !== '' && <FindingCell row={row} present={present} />,
    deadline: () =>
      row.deadline !== undefined && (
        <Countdown
          deadline={row.deadline}
          answeredAt={origin.answeredAt}
          receivedAt={origin.receivedAt}
          present={present}
          timeZone={timeZone}
        />
      ),
    advice: () => row.advice !== '' && <ForeignText text={row.advice} characters={SENTENCE} />,
    parent: () => row.parent !== '' && <ParentLink id={row.parent} uid={origin.uid} />,
    nodes: () => row.nodes !== '' && <ForeignText text={row.nodes} characters={NODES_CHARACTERS} />,
    actions: () =>
      open && (
        <div className={layout.stackedActions ? styles.buttonsBelow : styles.buttons}>
          {!onlyStopOf(origin.support) && <ActButton kind="cancel" row={row} origin={origin} open={open} />}
          <ActButton kind="force-stop" row={row} origin={origin} open={open} />
        </div>
      ),
  };
  return (
    <tr
      role="row"
      data-index={index}
      // The head is the first row.
      aria-rowindex={index + 2}
      className={cx(styles.row, styles[layout.arrangement])}
      style={{ gridTemplateColumns: layout.template, marginTop: gap }}
    >
      {columns.map((column) => (
        <Cell key={column} column={column} layout={layout} className={cx(styles.cell, styles[column])}>
          {contents[column]()}
        </Cell>
      ))}
    </tr>
  );
});

/** What needs its name beside it where it does not stand below its head. */
const LABELLED: Record<Layout['arrangement'], (column: Column) => boolean> = {
  wide: () => false,
  stacked: (column) => !isOnFirstLine(column) && column !== 'id',
  cards: (column) => !['job', 'id', 'state', 'actions'].includes(column),
};

interface CellProps {
  column: Column;
  layout: Layout;
  className: string;
  children: ReactNode;
}

function Cell({ column, layout: { arrangement }, className, children }: CellProps) {
  const styles = useStyles2(getStyles);
  const isEmpty = children === false || children === undefined;
  const isOwnLine = arrangement === 'cards' || (arrangement === 'stacked' && !isOnFirstLine(column));
  const place = {
    'aria-colindex': COLUMNS.indexOf(column) + 1,
    className: cx(
      className,
      isEmpty && isOwnLine && styles.nothing,
      arrangement === 'stacked' && styles[placeOf(column)]
    ),
  };
  const content =
    !isEmpty && LABELLED[arrangement](column) ? (
      <div className={styles.labelled}>
        {/* Its head says the same to those who hear it. */}
        <span aria-hidden="true" className={styles.label}>
          {columnTitle(column)}
        </span>
        <div>{children}</div>
      </div>
    ) : (
      children
    );
  return column === 'job' ? (
    <th role="rowheader" scope="row" {...place}>
      {content}
    </th>
  ) : (
    <td role="cell" {...place}>
      {content}
    </td>
  );
}

/** Where a column stands in stacked rows. */
function placeOf(column: Column): 'first' | 'belowFirst' | 'beside' | 'line' {
  switch (column) {
    case 'job':
      return 'first';
    case 'id':
      return 'belowFirst';
    default:
      return isOnFirstLine(column) ? 'beside' : 'line';
  }
}

/** The name, which leads to the job's own page where its coordinator is known. */
function JobName({ row, origin: { uid } }: JobEntry) {
  const styles = useStyles2(getStyles);
  const otherwise = t('jobs.table.no-name', '(no name)');
  return uid === undefined ? (
    <ForeignText text={row.name} characters={NAME_CHARACTERS} otherwise={otherwise} expandable />
  ) : (
    // A plain link, which Grafana follows without loading the page anew, and which works where no router is.
    <a className={styles.link} href={jobPageLink({ uid, id: row.id, createTime: row.createTime })}>
      <ForeignText text={row.name} characters={NAME_CHARACTERS} otherwise={otherwise} />
    </a>
  );
}

function ParentLink({ id, uid }: { id: string; uid: string | undefined }) {
  const styles = useStyles2(getStyles);
  const text = inertName(id);
  return uid === undefined ? (
    text
  ) : (
    <a className={styles.link} href={jobPageLink({ uid, id })}>
      {text}
    </a>
  );
}

function CoordinatorName({ origin: { name = '', href } }: { origin: JobsOrigin }) {
  const styles = useStyles2(getStyles);
  const text = inertName(name);
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
      aria-label={
        reason
          ? t('jobs.table.not-possible', '{{act}} {{job}}. Not possible: {{reason}}', {
              act: label,
              job: who,
              reason: inertName(reason, SENTENCE),
            })
          : `${label} ${who}`
      }
      disabled={reason !== ''}
      tooltip={reason === '' || isAsking ? undefined : inertName(reason, SENTENCE)}
      className={styles.act}
      onClick={() => uid !== undefined && open({ uid, kind, jobId: row.id, jobName: row.name, onlyStop })}
    >
      {label}
    </Button>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const digits = css({ fontFamily: theme.typography.fontFamilyMonospace, fontVariantNumeric: 'tabular-nums' });
  const anywhere = css({ overflowWrap: 'anywhere' });
  const tabular = css({ fontVariantNumeric: 'tabular-nums' });
  return {
    row: css({ display: 'grid', borderBottom: `1px solid ${theme.colors.border.weak}` }),
    wide: css({ alignItems: 'center' }),
    stacked: css({ alignItems: 'start', padding: theme.spacing(0.5, 0) }),
    cards: css({ padding: theme.spacing(1, 0) }),
    cell: css({
      display: 'block',
      minWidth: 0,
      textAlign: 'left',
      padding: theme.spacing(0.5, 1),
      fontWeight: theme.typography.fontWeightRegular,
    }),
    // Empty cells take no line; which column a cell belongs to is told by its index.
    nothing: css({ display: 'none' }),
    first: css({ gridColumn: 1, gridRow: 1 }),
    belowFirst: css({ gridColumn: 1, gridRow: 2 }),
    beside: css({ gridRow: '1 / span 2' }),
    line: css({ gridColumn: '1 / -1' }),
    labelled: css({ display: 'flex', gap: theme.spacing(1) }),
    label: css({ color: theme.colors.text.secondary, flex: '0 0 110px' }),
    job: anywhere,
    id: cx(digits, anywhere),
    coordinator: anywhere,
    state: anywhere,
    age: tabular,
    cause: anywhere,
    deadline: tabular,
    advice: anywhere,
    parent: cx(digits, anywhere),
    nodes: anywhere,
    since: css({
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
    actions: css({}),
    buttons: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
    buttonsBelow: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: theme.spacing(0.5) }),
    act: css({ whiteSpace: 'nowrap' }),
  };
};
