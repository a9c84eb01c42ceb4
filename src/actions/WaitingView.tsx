import { css } from '@emotion/css';
import { locationUtil, type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, LinkButton, LoadingPlaceholder, Modal, useStyles2 } from '@grafana/ui';
import React, { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import { ForeignText } from '../model/ForeignText';
import { APP_ID } from '../model/plugins';
import { visibleText } from '../model/text';
import { useNow } from './clock';
import { JobFacts } from './JobFacts';
import { isReason, REASON_MISSING } from './readiness';
import { ReasonField } from './ReasonField';
import { Refusal } from './Refusal';
import { RequestFacts } from './RequestFacts';
import { type ActionSession } from './session';
import { type Decided, type Requesting, type Searching, type Waiting } from './states';
import { askedVerb, describeDecision, NOT_NEEDED } from './texts';

interface Props<State> {
  state: State;
  session: ActionSession;
  timeZone?: TimeZone;
  onClose(): void;
}

/** The request for a second person is on its way, or is looked for. */
export function RequestingView({ state, onClose }: Props<Requesting | Searching>) {
  if (state.phase === 'requesting') {
    return <LoadingPlaceholder text="Asking for a second person…" />;
  }
  return (
    <>
      {state.whose === 'mine' && (
        <Alert severity="warning" title="Not known whether the request arrived">
          <p>
            {state.failure && `${visibleText(describeFailure(state.failure))} `}
            It is not sent again, and nothing is sent to the coordinator. Unjam looks for it in the list of requests.
          </p>
        </Alert>
      )}
      <LoadingPlaceholder text="Looking for the request…" />
      <Modal.ButtonRow>
        <Button variant="secondary" onClick={onClose}>
          Close
        </Button>
      </Modal.ButtonRow>
    </>
  );
}

/** A request that waits: who asked, until when, and what can be done meanwhile. */
export function WaitingView({ state, session, timeZone, onClose }: Props<Waiting>) {
  const styles = useStyles2(getStyles);
  const now = useNow();
  const { approval } = state;
  const requester = visibleText(approval.requester);
  return (
    <>
      {approval.job && <JobFacts job={approval.job} asPlanned timeZone={timeZone} />}
      <RequestFacts approval={approval} receivedAt={state.receivedAt} now={now} timeZone={timeZone} />
      <p className={styles.note}>
        Nothing has been sent to the coordinator. Another person decides on Unjam&apos;s overview, under &quot;Waiting
        approvals&quot;; {approval.mine ? 'this request' : `the request of ${requester}`} goes on waiting when you close
        this dialog.
      </p>
      {state.failure && (
        <Alert severity="warning" title="The request cannot be read at the moment">
          <p>{visibleText(describeFailure(state.failure))} It goes on waiting at the server; Unjam goes on asking.</p>
        </Alert>
      )}
      {state.refusal && <Refusal failure={state.refusal} now={now} timeZone={timeZone} />}
      {approval.mine ? (
        <Withdrawal session={session} withdrawing={state.withdrawing} onClose={onClose} />
      ) : (
        <Modal.ButtonRow>
          <Button variant="secondary" fill="outline" onClick={onClose}>
            Close, the request goes on waiting
          </Button>
          {approval.decidable && <LinkButton href={overviewLink()}>Review it on the overview</LinkButton>}
        </Modal.ButtonRow>
      )}
    </>
  );
}

function overviewLink(): string {
  return locationUtil.assureBaseUrl(`/a/${APP_ID}`);
}

/** Takes the user's own request back, in two steps: it is no way to close the dialog. */
function Withdrawal({
  session,
  withdrawing,
  onClose,
}: {
  session: ActionSession;
  withdrawing: boolean;
  onClose(): void;
}) {
  const [reason, setReason] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.withdraw(reason ?? '');
  };
  if (reason === undefined) {
    return (
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={() => setReason(NOT_NEEDED)}>
          Withdraw…
        </Button>
        <Button variant="secondary" onClick={onClose}>
          Close, the request goes on waiting
        </Button>
      </Modal.ButtonRow>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <ReasonField label="Why it is withdrawn" value={reason} onChange={setReason} />
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={() => setReason(undefined)}>
          Keep waiting
        </Button>
        <Button
          type="submit"
          disabled={withdrawing || !isReason(reason)}
          tooltip={withdrawing ? 'The withdrawal is on its way.' : isReason(reason) ? undefined : REASON_MISSING}
        >
          {withdrawing ? 'Withdrawing…' : 'Withdraw request'}
        </Button>
      </Modal.ButtonRow>
    </form>
  );
}

/** What became of a request that led to no act here, and what to do now. */
export function DecidedView({ state, session, timeZone, onClose }: Props<Decided>) {
  const styles = useStyles2(getStyles);
  const { approval } = state;
  const decision = describeDecision(approval);
  return (
    <>
      {approval.job && <JobFacts job={approval.job} asPlanned timeZone={timeZone} />}
      <Alert severity={decision.tone} title={`${decision.headline} ${decision.explanation}`}>
        {approval.note && (
          <p>
            Reason: <ForeignText text={approval.note} characters={300} expandable />
          </p>
        )}
        <p>{decision.next}</p>
      </Alert>
      <p className={styles.note}>
        {askedVerb(approval.kind, session.onlyStop)} was asked for by <ForeignText text={approval.requester} />.
      </p>
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onClose}>
          Close
        </Button>
        <Button icon="sync" onClick={() => session.replan()}>
          Make a new plan
        </Button>
      </Modal.ButtonRow>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  note: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
});
