import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React from 'react';

import { timeLeft } from '../../actions/RequestFacts';
import { askedVerb } from '../../actions/texts';
import { waitingTime } from '../../actions/times';
import { t } from '../../i18n/text';
import { type Source } from '../../api/sources';
import { type Approval } from '../../api/types';
import { useTick } from '../../jobs/clock';
import { formatAge } from '../../model/age';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { parseTime } from '../../model/time';
import { JobName } from '../JobName';
import { type CoordinatorState } from '../coordinatorState';
import { Table } from '../Table';
import { NotRead } from './NotRead';
import { maySeeApprovals } from './overview';

const REASON_CHARACTERS = 160;

interface Props {
  states: CoordinatorState[];
  /** Opens the review; absent where nobody is signed in who could decide. */
  review?(source: Source, approval: Approval): void;
}

interface Entry {
  source: Source;
  approval: Approval;
  receivedAt: number;
  /** The coordinator's own word for its only way to stop a job, where it has one. */
  onlyStop?: string;
}

/** The requests of all coordinators that wait for a second person, the one with the least time left first. */
export function WaitingApprovals({ states, review }: Props) {
  const now = useTick();
  const entries = waitingEntries(states, now);
  const seen = states.filter(({ support }) => maySeeApprovals(support.value));
  const isAsking = seen.some(({ approvals }) => !approvals.value && !approvals.failure);
  const isRead = seen.some(({ approvals }) => approvals.value);
  return (
    <>
      {entries.length > 0 && (
        <Table
          caption={t('overview.waiting.caption', 'Requests of all coordinators that wait for a second person')}
          headers={[
            t('overview.columns.what', 'What'),
            t('overview.columns.job', 'Job'),
            t('overview.columns.coordinator', 'Coordinator'),
            t('overview.waiting.by', 'Asked by'),
            t('overview.waiting.reason', 'Reason'),
            t('overview.waiting.asked', 'Asked'),
            t('overview.waiting.left', 'Time left'),
            t('overview.columns.decision', 'Decision'),
          ]}
        >
          {entries.map((entry) => (
            <Row key={`${entry.source.uid} ${entry.approval.id}`} entry={entry} now={now} review={review} />
          ))}
        </Table>
      )}
      {entries.length === 0 && isRead && !isAsking && (
        <p>{t('overview.waiting.none', 'No request waits for a second person.')}</p>
      )}
      {isAsking && <LoadingPlaceholder text={t('overview.waiting.asking', 'Reading the requests…')} />}
      <NotRead
        asked={seen.map(({ source, approvals: { failure } }) => ({ source, failure }))}
        notKnown={(name) =>
          t('overview.waiting.not-known', 'It is not known whether a request waits at {{name}}.', { name })
        }
      />
    </>
  );
}

/** The requests that still wait at a moment, the one with the least time left first. */
export function waitingEntries(states: CoordinatorState[], now: number): Entry[] {
  return states
    .flatMap(({ source, support, approvals: { value, receivedAt } }): Entry[] =>
      value && receivedAt !== undefined
        ? value.approvals.map((approval) => ({ source, approval, receivedAt, onlyStop: support.value?.onlyStop }))
        : []
    )
    .filter(({ approval, receivedAt }) => approval.state === 'waiting' && waitingTime(approval, receivedAt, now) > 0)
    .sort((a, b) => waitingTime(a.approval, a.receivedAt, now) - waitingTime(b.approval, b.receivedAt, now));
}

function Row({ entry, now, review }: { entry: Entry; now: number; review: Props['review'] }) {
  const styles = useStyles2(getStyles);
  const { source, approval, receivedAt, onlyStop } = entry;
  const asked = Date.parse(approval.asOf) - Date.parse(approval.at) + now - receivedAt;
  return (
    <tr>
      <td>{askedVerb(approval.kind, onlyStop)}</td>
      <td>
        {approval.job ? (
          <JobName
            name={approval.job.name}
            id={approval.job.id}
            page={{ uid: source.uid, createTime: parseTime(approval.job.createTime) }}
          />
        ) : (
          t('overview.waiting.no-job', 'no job in particular')
        )}
      </td>
      <td>
        <ForeignText text={source.name} />
      </td>
      <td>
        <ForeignText text={approval.requester} otherwise={t('overview.not-recorded', '(not recorded)')} />
        {approval.mine && ` ${t('overview.waiting.you', '(you)')}`}
      </td>
      <td>
        <ForeignText
          text={approval.reason}
          characters={REASON_CHARACTERS}
          otherwise={t('overview.waiting.no-reason', '(none)')}
          expandable
        />
      </td>
      <td className={styles.time}>{t('overview.waiting.ago', '{{age}} ago', { age: formatAge(asked / 1000) })}</td>
      <td className={styles.time}>{timeLeft(waitingTime(approval, receivedAt, now))}</td>
      <td>
        <Choice entry={entry} review={review} />
      </td>
    </tr>
  );
}

/** What the user may do with a request, or why nothing. */
function Choice({ entry: { source, approval, onlyStop }, review }: { entry: Entry; review: Props['review'] }) {
  const styles = useStyles2(getStyles);
  if (!review || !(approval.mine || approval.decidable)) {
    return (
      <ForeignText
        text={approval.why}
        characters={SENTENCE}
        otherwise={t('overview.waiting.who', 'Only persons who may act decide.')}
      />
    );
  }
  const what = t('overview.waiting.what', '{{verb}} {{name}}, asked by {{requester}}', {
    verb: askedVerb(approval.kind, onlyStop),
    name: inertName(approval.job?.name ?? source.name),
    requester: inertName(approval.requester),
  });
  const label = approval.mine ? t('overview.waiting.withdraw', 'Withdraw…') : t('overview.waiting.approve', 'Approve…');
  return (
    <Button
      size="sm"
      fill="outline"
      variant="secondary"
      className={styles.button}
      aria-label={[label, what].join(' ')}
      onClick={() => review(source, approval)}
    >
      {label}
    </Button>
  );
}

const getStyles = (_: GrafanaTheme2) => ({
  time: css({ whiteSpace: 'nowrap' }),
  button: css({ whiteSpace: 'nowrap' }),
});
