import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { describeFailure } from '../../api/failure';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { formatMoment } from '../../model/time';
import { latestActions, type LatestAction } from './latest';
import { type CoordinatorState } from './overview';

/** How many actions are shown: the latest; the audit trail holds all. */
const MOST = 10;
const TEXT_CHARACTERS = 160;

/** What was done lately, by whom, and what became of it, as far as the user may read it. */
export function LatestActions({ states }: { states: CoordinatorState[] }) {
  const styles = useStyles2(getStyles);
  const actions = useMemo(
    () =>
      latestActions(
        states.flatMap(({ source, support, audit }) =>
          audit.value ? [{ source, rows: audit.value, onlyStop: support.value?.onlyStop }] : []
        ),
        MOST
      ),
    [states]
  );
  const isAsking = states.some(({ support, audit }) => isPending(support) || (maySee(support) && isPending(audit)));
  const isRead = states.some(({ audit }) => audit.value);
  return (
    <>
      {actions.length > 0 && (
        <table className={styles.table}>
          <caption className={styles.caption}>Latest actions of all coordinators, newest first</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Job</th>
              <th scope="col">Coordinator</th>
              <th scope="col">Outcome</th>
              <th scope="col">By</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {actions.map((action) => (
              <Row key={action.key} action={action} />
            ))}
          </tbody>
        </table>
      )}
      {actions.length === 0 && isRead && !isAsking && <p>No action has been recorded.</p>}
      {isAsking && <LoadingPlaceholder text="Reading the audit trail…" />}
      {states.map((state) => {
        const reason = whyNotShown(state);
        return (
          reason && (
            <p key={state.source.uid}>
              {inertName(state.source.name)}: {inertName(reason, SENTENCE)}
            </p>
          )
        );
      })}
    </>
  );
}

function Row({ action }: { action: LatestAction }) {
  const styles = useStyles2(getStyles);
  return (
    <tr>
      <td className={styles.what}>{action.what}</td>
      <td>
        {action.jobName && (
          <>
            <ForeignText text={action.jobName} characters={TEXT_CHARACTERS} />{' '}
          </>
        )}
        {action.jobId ? (
          <span className={styles.id}>{inertName(action.jobId)}</span>
        ) : (
          !action.jobName && '(not recorded)'
        )}
      </td>
      <td>
        <ForeignText text={action.source.name} />
      </td>
      <td>
        <ForeignText text={action.outcome} characters={TEXT_CHARACTERS} />
      </td>
      <td className={styles.by}>
        <ForeignText text={action.by} otherwise="(nobody)" />
      </td>
      <td className={styles.when}>
        {action.at === undefined ? (
          'not known'
        ) : (
          <time dateTime={new Date(action.at).toISOString()}>{formatMoment(action.at)}</time>
        )}
      </td>
    </tr>
  );
}

/** Why a coordinator's actions are missing or old, as a sentence; empty when they are not. */
function whyNotShown({ support, audit }: CoordinatorState): string {
  if (support.value && !support.value.audit.allowed) {
    return support.value.audit.reason || 'You may not read the audit trail, and the server gives no reason.';
  }
  if (audit.failure) {
    const old = audit.receivedAt === undefined ? '' : ` What is shown was read at ${formatMoment(audit.receivedAt)}.`;
    return `The audit trail could not be read. ${describeFailure(audit.failure)}${old}`;
  }
  if (support.failure) {
    return audit.value
      ? ''
      : `It is not known whether you may read the audit trail. ${describeFailure(support.failure)}`;
  }
  return '';
}

function maySee({ value }: CoordinatorState['support']): boolean {
  return value?.audit.allowed === true;
}

function isPending({ value, failure }: { value?: unknown; failure?: unknown }): boolean {
  return value === undefined && failure === undefined;
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    marginBottom: theme.spacing(1),
    'th, td': {
      textAlign: 'left',
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      overflowWrap: 'anywhere',
    },
    'thead th': {
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightRegular,
      whiteSpace: 'nowrap',
    },
  }),
  caption: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  id: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    fontVariantNumeric: 'tabular-nums',
    whiteSpace: 'nowrap',
  }),
  what: css({ whiteSpace: 'nowrap' }),
  by: css({ minWidth: 80 }),
  when: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
});
