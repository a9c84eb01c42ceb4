import { css } from '@emotion/css';
import { locationUtil, type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, LinkButton, LoadingPlaceholder, Modal, useStyles2 } from '@grafana/ui';
import React, { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import { Around, PLACE } from '../i18n/Around';
import { t } from '../i18n/text';
import { ForeignText } from '../model/ForeignText';
import { APP_ID } from '../model/plugins';
import { visibleText } from '../model/text';
import { useNow } from './clock';
import { JobFacts } from './JobFacts';
import { isReason, reasonMissing } from './readiness';
import { ReasonField } from './ReasonField';
import { Refusal } from './Refusal';
import { RequestFacts } from './RequestFacts';
import { type ActionSession } from './session';
import { type Decided, type Requesting, type Searching, type Waiting } from './states';
import { askedVerb, describeDecision, headed, notNeeded } from './texts';

interface Props<State> {
  state: State;
  session: ActionSession;
  timeZone?: TimeZone;
  onClose(): void;
}

/** The request for a second person is on its way, or is looked for. */
export function RequestingView({ state, onClose }: Props<Requesting | Searching>) {
  if (state.phase === 'requesting') {
    return <LoadingPlaceholder text={t('actions.request.asking', 'Asking for a second person…')} />;
  }
  return (
    <>
      {state.whose === 'mine' && (
        <Alert severity="warning" title={t('actions.request.lost', 'Not known whether the request arrived')}>
          <p>
            {state.failure && `${visibleText(describeFailure(state.failure))} `}
            {t(
              'actions.request.looks-for',
              'It is not sent again, and nothing is sent to the coordinator. Unjam looks for it in the list of requests.'
            )}
          </p>
        </Alert>
      )}
      <LoadingPlaceholder text={t('actions.request.searching', 'Looking for the request…')} />
      <Modal.ButtonRow>
        <Button variant="secondary" onClick={onClose}>
          {t('actions.dialog.close', 'Close')}
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
        {approval.mine
          ? t(
              'actions.request.waits-mine',
              'Nothing has been sent to the coordinator. Another person decides on Unjam\'s overview, under "Waiting approvals"; this request goes on waiting when you close this dialog.'
            )
          : t(
              'actions.request.waits',
              'Nothing has been sent to the coordinator. Another person decides on Unjam\'s overview, under "Waiting approvals"; the request of {{requester}} goes on waiting when you close this dialog.',
              { requester }
            )}
      </p>
      {state.failure && (
        <Alert severity="warning" title={t('actions.request.unreadable', 'The request cannot be read at the moment')}>
          <p>
            {visibleText(describeFailure(state.failure))}{' '}
            {t('actions.request.goes-on', 'It goes on waiting at the server; Unjam goes on asking.')}
          </p>
        </Alert>
      )}
      {state.refusal && <Refusal failure={state.refusal} now={now} timeZone={timeZone} />}
      {approval.mine ? (
        <Withdrawal session={session} withdrawing={state.withdrawing} onClose={onClose} />
      ) : (
        <Modal.ButtonRow>
          <Button variant="secondary" fill="outline" onClick={onClose}>
            {t('actions.request.close', 'Close, the request goes on waiting')}
          </Button>
          {approval.decidable && (
            <LinkButton href={overviewLink()}>{t('actions.request.review', 'Review it on the overview')}</LinkButton>
          )}
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
        <Button variant="secondary" fill="outline" onClick={() => setReason(notNeeded())}>
          {t('actions.request.withdraw-open', 'Withdraw…')}
        </Button>
        <Button variant="secondary" onClick={onClose}>
          {t('actions.request.close', 'Close, the request goes on waiting')}
        </Button>
      </Modal.ButtonRow>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <ReasonField
        label={t('actions.request.why-withdrawn', 'Why it is withdrawn')}
        value={reason}
        onChange={setReason}
      />
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={() => setReason(undefined)}>
          {t('actions.dialog.keep-waiting', 'Keep waiting')}
        </Button>
        <Button
          type="submit"
          disabled={withdrawing || !isReason(reason)}
          tooltip={
            withdrawing
              ? t('actions.request.withdrawal-on-its-way', 'The withdrawal is on its way.')
              : isReason(reason)
                ? undefined
                : reasonMissing()
          }
        >
          {withdrawing
            ? t('actions.request.withdrawing', 'Withdrawing…')
            : t('actions.request.withdraw', 'Withdraw request')}
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
      <Alert severity={decision.tone} title={headed(decision)}>
        {approval.note && (
          <p>
            <Around text={t('actions.decision.reason', 'Reason: {{reason}}', { reason: PLACE })}>
              <ForeignText text={approval.note} characters={300} expandable />
            </Around>
          </p>
        )}
        <p>{decision.next}</p>
      </Alert>
      <p className={styles.note}>
        <Around
          text={t('actions.decision.asked', '{{act}} was asked for by {{requester}}.', {
            act: askedVerb(approval.kind, session.onlyStop),
            requester: PLACE,
          })}
        >
          <ForeignText text={approval.requester} />
        </Around>
      </p>
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onClose}>
          {t('actions.dialog.close', 'Close')}
        </Button>
        <Button icon="sync" onClick={() => session.replan()}>
          {t('actions.dialog.new-plan', 'Make a new plan')}
        </Button>
      </Modal.ButtonRow>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  note: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
});
