import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { t } from '../../i18n/text';
import { describeFailure } from '../../api/failure';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { formatMoment } from '../../model/time';
import { JobName } from '../JobName';
import { auditLink } from '../links';
import { Moment } from '../Moment';
import { PageLink } from '../PageLink';
import { Table } from '../Table';
import { latestActions, type LatestAction } from './latest';
import { type CoordinatorState } from '../coordinatorState';

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
        <Table
          caption={t('overview.latest.caption', 'Latest actions of all coordinators, newest first')}
          headers={[
            t('overview.columns.what', 'What'),
            t('overview.columns.job', 'Job'),
            t('overview.columns.coordinator', 'Coordinator'),
            t('overview.columns.outcome', 'Outcome'),
            t('overview.columns.by', 'By'),
            t('overview.columns.when', 'When'),
          ]}
        >
          {actions.map((action) => (
            <Row key={action.key} action={action} />
          ))}
        </Table>
      )}
      {actions.length === 0 && isRead && !isAsking && (
        <p>{t('overview.latest.none', 'No action has been recorded.')}</p>
      )}
      {isAsking && <LoadingPlaceholder text={t('overview.latest.asking', 'Reading the audit trail…')} />}
      <p className={styles.trails}>
        {states
          .filter(({ support }) => maySee(support))
          .map(({ source }) => (
            <PageLink key={source.uid} href={auditLink({ uid: source.uid })}>
              {t('overview.latest.trail', 'Audit trail of {{name}}', { name: inertName(source.name) })}
            </PageLink>
          ))}
      </p>
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
        {action.jobId ? (
          <JobName
            name={action.jobName}
            id={action.jobId}
            page={{ uid: action.source.uid, createTime: action.createTime }}
          />
        ) : (
          <ForeignText
            text={action.jobName}
            characters={TEXT_CHARACTERS}
            otherwise={t('overview.not-recorded', '(not recorded)')}
          />
        )}
      </td>
      <td>
        <ForeignText text={action.source.name} />
      </td>
      <td>
        <ForeignText text={action.outcome} characters={TEXT_CHARACTERS} />
      </td>
      <td className={styles.by}>
        <ForeignText text={action.by} otherwise={t('audit.row.nobody', '(nobody)')} />
      </td>
      <td className={styles.when}>
        {action.at === undefined ? t('app.not-known', 'not known') : <Moment at={action.at} />}
      </td>
    </tr>
  );
}

/** Why a coordinator's actions are missing or old, as a sentence; empty when they are not. */
function whyNotShown({ support, audit }: CoordinatorState): string {
  if (support.value && !support.value.audit.allowed) {
    return (
      support.value.audit.reason ||
      t('overview.latest.no-reason', 'You may not read the audit trail, and the server gives no reason.')
    );
  }
  if (audit.failure) {
    const why = describeFailure(audit.failure);
    return audit.receivedAt === undefined
      ? t('overview.latest.failed', 'The audit trail could not be read. {{why}}', { why })
      : t(
          'overview.latest.failed-old',
          'The audit trail could not be read. {{why}} What is shown was read at {{moment}}.',
          { why, moment: formatMoment(audit.receivedAt) }
        );
  }
  if (support.failure) {
    return audit.value
      ? ''
      : t('overview.latest.may-not-known', 'It is not known whether you may read the audit trail. {{why}}', {
          why: describeFailure(support.failure),
        });
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
  trails: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2), margin: theme.spacing(0, 0, 1) }),
  what: css({ whiteSpace: 'nowrap' }),
  by: css({ minWidth: 80 }),
  when: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
});
