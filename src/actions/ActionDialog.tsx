import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, LoadingPlaceholder, Modal, useStyles2 } from '@grafana/ui';
import React, { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';

import { type Support } from '../api/types';
import { t } from '../i18n/text';
import { ForeignText } from '../model/ForeignText';
import { inertName, SENTENCE } from '../model/text';
import { BudgetOffer, BudgetView, canAskForBudget } from './BudgetView';
import { useNow } from './clock';
import { OutcomeView, ProgressView } from './FollowView';
import { type State, type Unplanned, type Unrecorded } from './states';
import { PlanView } from './PlanView';
import { PolicySection } from './PolicyFacts';
import { Refusal } from './Refusal';
import { type ActionSession } from './session';
import { describeDecision, describeOutcome, noun, verb } from './texts';
import { DecidedView, RequestingView, WaitingView } from './WaitingView';

/** The title is one line. */
const TITLE_NAME_CHARACTERS = 60;

export interface ActionDialogProps {
  session: ActionSession;
  timeZone?: TimeZone;
  onClose(): void;
}

/** The one dialog that cancels and force-stops jobs. It never closes by itself. */
export function ActionDialog({ session, timeZone, onClose }: ActionDialogProps) {
  const styles = useStyles2(getStyles);
  const state = useSession(session);
  const support = useSupport(session);
  const body = useRef<HTMLDivElement>(null);
  const { phase } = state;
  useEffect(() => {
    // The control that had the focus may be gone with the phase before.
    body.current?.focus();
  }, [phase]);
  const dismiss = () => {
    // The answer is about to come: Esc must not hide it.
    if (session.state.phase !== 'confirming' && session.state.phase !== 'requesting') {
      onClose();
    }
  };
  return (
    <Modal
      isOpen
      title={state.phase === 'budgeting' ? t('actions.budget.title', 'Ask for the incident budget') : titleOf(session)}
      className={styles.modal}
      closeOnBackdropClick={false}
      onDismiss={dismiss}
    >
      <div role="status" className={styles.status}>
        {statusOf(state, session)}
      </div>
      <div ref={body} tabIndex={-1} className={styles.body}>
        <Body state={state} session={session} support={support} timeZone={timeZone} onClose={dismiss} />
      </div>
    </Modal>
  );
}

function useSession(session: ActionSession): State {
  useEffect(() => {
    session.start();
    return () => session.stop();
  }, [session]);
  const subscribe = useCallback(
    (changed: () => void) => {
      const subscription = session.state$.subscribe(changed);
      return () => subscription.unsubscribe();
    },
    [session]
  );
  return useSyncExternalStore(subscribe, () => session.state);
}

function useSupport(session: ActionSession): Support | undefined {
  const subscribe = useCallback(
    (changed: () => void) => {
      const subscription = session.support$.subscribe(changed);
      return () => subscription.unsubscribe();
    },
    [session]
  );
  return useSyncExternalStore(subscribe, () => session.support);
}

type BodyProps = ActionDialogProps & { state: State; support: Support | undefined };

function Body({ state, support, ...props }: BodyProps) {
  switch (state.phase) {
    case 'planning':
      return <LoadingPlaceholder text={t('actions.dialog.planning', 'Reading the job and asking every guard…')} />;
    case 'unplanned':
      return <UnplannedView state={state} support={support} {...props} />;
    case 'planned':
      return <PlanView state={state} support={support} {...props} />;
    case 'confirming':
    case 'following':
      return <ProgressView state={state} timeZone={props.timeZone} onClose={props.onClose} />;
    case 'settled':
      return (
        <OutcomeView
          state={state}
          onlyStop={props.session.onlyStop}
          timeZone={props.timeZone}
          onClose={props.onClose}
        />
      );
    case 'unrecorded':
      return <UnrecordedView state={state} {...props} />;
    case 'requesting':
    case 'searching':
      return <RequestingView state={state} {...props} />;
    case 'waiting':
      return <WaitingView state={state} {...props} />;
    case 'decided':
      return <DecidedView state={state} {...props} />;
    case 'budgeting':
      return <BudgetView state={state} session={props.session} policy={support?.policy} timeZone={props.timeZone} />;
  }
}

function UnplannedView({ state, session, support, timeZone, onClose }: BodyProps & { state: Unplanned }) {
  const now = useNow();
  return (
    <>
      {state.because && (
        <p>
          <ForeignText text={state.because} characters={SENTENCE} expandable />
        </p>
      )}
      <Refusal failure={state.failure} now={now} timeZone={timeZone} follow={(actionId) => session.follow(actionId)} />
      {support && canAskForBudget(session.target.kind, support, undefined, state.failure) && (
        <BudgetOffer session={session} policy={support.policy} />
      )}
      <PolicySection policy={support?.policy} />
      <Replan session={session} onClose={onClose} />
    </>
  );
}

function UnrecordedView({ state, session, onClose }: ActionDialogProps & { state: Unrecorded }) {
  return (
    <>
      <Alert severity="info" title={t('actions.unrecorded.title', 'Nothing was sent')}>
        <p>
          {state.what === 'request'
            ? t(
                'actions.unrecorded.request',
                'The plan has expired, and the server holds no record of your request: it got lost on the way to the server. What you typed is kept for a new plan.'
              )
            : t(
                'actions.unrecorded.confirmation',
                'The plan has expired, and the server holds no record of its confirmation: it got lost on the way to the server. What you typed is kept for a new plan.'
              )}
        </p>
      </Alert>
      <Replan session={session} onClose={onClose} />
    </>
  );
}

function Replan({ session, onClose }: Pick<ActionDialogProps, 'session' | 'onClose'>) {
  return (
    <Modal.ButtonRow>
      <Button variant="secondary" fill="outline" onClick={onClose}>
        {t('actions.dialog.keep-waiting', 'Keep waiting')}
      </Button>
      <Button icon="sync" onClick={() => session.replan()}>
        {t('actions.dialog.new-plan', 'Make a new plan')}
      </Button>
    </Modal.ButtonRow>
  );
}

function titleOf({ target: { kind, jobName, jobId }, onlyStop }: ActionSession): string {
  return t('actions.dialog.title', '{{act}}: {{job}}', {
    act: verb(kind, onlyStop),
    job: inertName(jobName || jobId, TITLE_NAME_CHARACTERS),
  });
}

/** One sentence for each phase, for those who hear the dialog. */
function statusOf(state: State, { target: { kind }, onlyStop }: ActionSession): string {
  switch (state.phase) {
    case 'planning':
      return t('actions.status.planning', 'Making a plan for the {{act}}.', { act: noun(kind, onlyStop) });
    case 'unplanned':
      return t('actions.status.unplanned', 'There is no plan.');
    case 'planned':
      if (!state.timed.plan.allowed) {
        return t('actions.status.blocked', 'The plan is blocked.');
      }
      return state.timed.plan.secondPerson
        ? t('actions.status.needs-approval', 'The plan is ready; a second person must approve it.')
        : t('actions.status.ready', 'The plan is ready to be confirmed.');
    case 'confirming':
      return t('actions.status.confirming', 'The confirmation is on its way.');
    case 'following':
      return state.action?.phase === 'verifying'
        ? t('actions.status.verifying', 'Looking for the proof that the job has ended.')
        : t('actions.status.following', 'The confirmed action is followed.');
    case 'settled':
      return describeOutcome(state.action).headline;
    case 'unrecorded':
      return t('actions.status.unrecorded', 'Nothing was sent.');
    case 'requesting':
      return t('actions.status.requesting', 'The request for a second person is on its way.');
    case 'searching':
      return t('actions.status.searching', 'The request for a second person is looked for.');
    case 'waiting':
      return t('actions.status.waiting', 'Waiting for a second person. Nothing was sent.');
    case 'decided':
      return describeDecision(state.approval).headline;
    case 'budgeting':
      return t('actions.status.budgeting', 'Asking a second person for the incident budget.');
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  modal: css({ width: 'min(760px, 95vw)' }),
  status: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
  body: css({ outline: 'none', fontSize: theme.typography.body.fontSize }),
});
