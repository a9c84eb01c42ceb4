import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, LoadingPlaceholder, Modal, useStyles2 } from '@grafana/ui';
import React, { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';

import { shortened, visibleText } from '../model/text';
import { useNow } from './clock';
import { OutcomeView, ProgressView } from './FollowView';
import { type State, type Target, type Unplanned } from './machine';
import { PlanView, Refusal } from './PlanView';
import { type ActionSession } from './session';
import { describeOutcome, noun, verb } from './texts';

/** The title is one line. */
const TITLE_NAME_CHARACTERS = 60;

interface Props {
  session: ActionSession;
  timeZone?: TimeZone;
  onClose(): void;
}

/** The one dialog that cancels and force-stops jobs. It never closes by itself. */
export function ActionDialog({ session, timeZone, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const state = useSession(session);
  const body = useRef<HTMLDivElement>(null);
  const { phase } = state;
  useEffect(() => {
    // The control that had the focus may be gone with the phase before.
    body.current?.focus();
  }, [phase]);
  const dismiss = () => {
    // The answer to the confirmation is about to come: Esc must not hide it.
    if (session.state.phase !== 'confirming') {
      onClose();
    }
  };
  return (
    <Modal
      isOpen
      title={titleOf(session.target)}
      className={styles.modal}
      closeOnBackdropClick={false}
      onDismiss={dismiss}
    >
      <div role="status" className={styles.status}>
        {statusOf(state, session.target)}
      </div>
      <div ref={body} tabIndex={-1} className={styles.body}>
        <Body state={state} session={session} timeZone={timeZone} onClose={dismiss} />
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

function Body({ state, session, timeZone, onClose }: Props & { state: State }) {
  switch (state.phase) {
    case 'planning':
      return <LoadingPlaceholder text="Reading the job and asking every guard…" />;
    case 'unplanned':
      return <UnplannedView state={state} session={session} timeZone={timeZone} onClose={onClose} />;
    case 'planned':
      return <PlanView state={state} session={session} timeZone={timeZone} onClose={onClose} />;
    case 'confirming':
    case 'following':
      return <ProgressView state={state} timeZone={timeZone} onClose={onClose} />;
    case 'settled':
      return <OutcomeView state={state} timeZone={timeZone} onClose={onClose} />;
    case 'unrecorded':
      return (
        <>
          <Alert severity="info" title="Nothing was sent">
            <p>
              The plan has expired, and the server holds no record of its confirmation: the request got lost on the way
              to the server. What you typed is kept for a new plan.
            </p>
          </Alert>
          <Replan session={session} onClose={onClose} />
        </>
      );
  }
}

function UnplannedView({ state, session, timeZone, onClose }: Props & { state: Unplanned }) {
  const now = useNow();
  return (
    <>
      {state.because && <p>{visibleText(state.because)}</p>}
      <Refusal failure={state.failure} session={session} now={now} timeZone={timeZone} />
      <Replan session={session} onClose={onClose} />
    </>
  );
}

function Replan({ session, onClose }: Pick<Props, 'session' | 'onClose'>) {
  return (
    <Modal.ButtonRow>
      <Button variant="secondary" fill="outline" onClick={onClose}>
        Keep waiting
      </Button>
      <Button icon="sync" onClick={() => session.replan()}>
        Make a new plan
      </Button>
    </Modal.ButtonRow>
  );
}

function titleOf({ kind, jobName, jobId }: Target): string {
  return `${verb(kind)}: ${shortened(visibleText(jobName || jobId), TITLE_NAME_CHARACTERS)}`;
}

/** One sentence for each phase, for those who hear the dialog. */
function statusOf(state: State, { kind }: Target): string {
  switch (state.phase) {
    case 'planning':
      return `Making a plan for the ${noun(kind)}.`;
    case 'unplanned':
      return 'There is no plan.';
    case 'planned':
      return state.timed.plan.allowed ? 'The plan is ready to be confirmed.' : 'The plan is blocked.';
    case 'confirming':
      return 'The confirmation is on its way.';
    case 'following':
      return state.action?.phase === 'verifying'
        ? 'Looking for the proof that the job has ended.'
        : 'The confirmed action is followed.';
    case 'settled':
      return describeOutcome(state.action).headline;
    case 'unrecorded':
      return 'Nothing was sent.';
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
