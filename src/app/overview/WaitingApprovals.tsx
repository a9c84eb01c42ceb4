import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React from 'react';

import { timeLeft } from '../../actions/RequestFacts';
import { askedVerb } from '../../actions/texts';
import { waitingTime } from '../../actions/times';
import { describeFailure } from '../../api/failure';
import { type Source } from '../../api/sources';
import { type Approval } from '../../api/types';
import { useTick } from '../../jobs/clock';
import { formatAge } from '../../model/age';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { JobName } from '../JobName';
import { maySeeApprovals, type CoordinatorState } from './overview';
import { Table } from '../Table';

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
          caption="Requests of all coordinators that wait for a second person"
          headers={['What', 'Job', 'Coordinator', 'Asked by', 'Reason', 'Asked', 'Time left', 'Decision']}
        >
          {entries.map((entry) => (
            <Row key={`${entry.source.uid} ${entry.approval.id}`} entry={entry} now={now} review={review} />
          ))}
        </Table>
      )}
      {entries.length === 0 && isRead && !isAsking && <p>No request waits for a second person.</p>}
      {isAsking && <LoadingPlaceholder text="Reading the requests…" />}
      {seen.map(({ source, approvals: { failure } }) =>
        failure ? (
          <p key={source.uid}>
            It is not known whether a request waits at {inertName(source.name)}.{' '}
            <ForeignText text={describeFailure(failure)} characters={SENTENCE} />
          </p>
        ) : null
      )}
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
      <td>{approval.job ? <JobName name={approval.job.name} id={approval.job.id} /> : 'no job in particular'}</td>
      <td>
        <ForeignText text={source.name} />
      </td>
      <td>
        <ForeignText text={approval.requester} otherwise="(not recorded)" />
        {approval.mine && ' (you)'}
      </td>
      <td>
        <ForeignText text={approval.reason} characters={REASON_CHARACTERS} otherwise="(none)" expandable />
      </td>
      <td className={styles.time}>{formatAge(asked / 1000)} ago</td>
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
    return <ForeignText text={approval.why} characters={SENTENCE} otherwise="Only persons who may act decide." />;
  }
  const what = `${askedVerb(approval.kind, onlyStop)} ${inertName(approval.job?.name ?? source.name)}, asked by ${inertName(approval.requester)}`;
  const label = approval.mine ? 'Withdraw…' : 'Approve…';
  return (
    <Button
      size="sm"
      fill="outline"
      variant="secondary"
      className={styles.button}
      aria-label={`${label} ${what}`}
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
