import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Modal, useStyles2 } from '@grafana/ui';
import React, { useCallback, useEffect, useRef, useSyncExternalStore, type FormEvent } from 'react';

import { t } from '../i18n/text';
import { inertName } from '../model/text';
import { useNow } from './clock';
import { type DismissSession, type DismissState } from './dismissal';
import { isReason, reasonMissing } from './readiness';
import { ReasonField } from './ReasonField';
import { Receipt } from './Receipt';
import { Refusal } from './Refusal';

/** The title is one line. */
const TITLE_NAME_CHARACTERS = 60;

interface Props {
  session: DismissSession;
  timeZone?: TimeZone;
  onClose(): void;
}

/** Takes a lost job from the lists. It says what that is, and that it is no end of the job. */
export default function DismissDialog({ session, timeZone, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const state = useDismissal(session);
  const body = useRef<HTMLDivElement>(null);
  const isDone = state.phase === 'done';
  useEffect(() => {
    body.current?.focus();
  }, [isDone]);
  const { jobId, jobName } = session.job;
  const leave = () => {
    // The answer is about to come: Esc must not hide it.
    if (session.state.phase !== 'sending') {
      onClose();
    }
  };
  return (
    <Modal
      isOpen
      title={t('actions.dismiss.title', 'Dismiss lost job: {{job}}', {
        job: inertName(jobName || jobId, TITLE_NAME_CHARACTERS),
      })}
      className={styles.modal}
      closeOnBackdropClick={false}
      onDismiss={leave}
    >
      <div ref={body} tabIndex={-1} className={styles.body}>
        {state.phase === 'done' ? (
          <>
            <Alert severity="info" title={t('actions.dismiss.done', 'Dismissed. The job is no longer listed as lost.')}>
              {t(
                'actions.dismiss.not-finished',
                'It is not called finished: nobody knows how it ended. If the coordinator lists it again, so does Unjam.'
              )}
            </Alert>
            <Receipt
              row={state.dismissal.auditRow}
              head={state.dismissal.auditHead}
              what={t('actions.dismiss.receipt', 'lost job {{job}} dismissed', { job: inertName(jobId) })}
            />
            <Modal.ButtonRow>
              <Button variant="secondary" onClick={onClose}>
                {t('actions.dialog.close', 'Close')}
              </Button>
            </Modal.ButtonRow>
          </>
        ) : (
          <Form state={state} session={session} timeZone={timeZone} onLeave={leave} />
        )}
      </div>
    </Modal>
  );
}

function useDismissal(session: DismissSession): DismissState {
  const subscribe = useCallback(
    (changed: () => void) => {
      const subscription = session.state$.subscribe(changed);
      return () => subscription.unsubscribe();
    },
    [session]
  );
  return useSyncExternalStore(subscribe, () => session.state);
}

interface FormProps {
  state: Exclude<DismissState, { phase: 'done' }>;
  session: DismissSession;
  timeZone?: TimeZone;
  onLeave(): void;
}

function Form({ state, session, timeZone, onLeave }: FormProps) {
  const now = useNow();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.dismiss();
  };
  return (
    <form onSubmit={submit} noValidate>
      {state.phase === 'asking' && state.failure && <Refusal failure={state.failure} now={now} timeZone={timeZone} />}
      <h3>{t('actions.plan.consequences', 'What it will do')}</h3>
      <ul>
        <li>
          {t(
            'actions.dismiss.lost',
            'The job is lost: the coordinator no longer lists it, has it not among its ended jobs, and its master was stable meanwhile. Nobody knows how it ended.'
          )}
        </li>
        <li>
          {t(
            'actions.dismiss.unlisted',
            'Dismissed, it is no longer listed, and its alert resolves. It is not called finished.'
          )}
        </li>
        <li>
          {t(
            'actions.dismiss.nothing-sent',
            'Nothing is sent to the coordinator. A task that still runs somewhere goes on.'
          )}
        </li>
        <li>
          {t(
            'actions.dismiss.look-first',
            "Look first whether the job's data is complete, or whether it must run again."
          )}
        </li>
      </ul>
      <ReasonField value={state.reason} onChange={(reason) => session.typeReason(reason)} />
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onLeave}>
          {t('actions.dismiss.keep', 'Keep it listed')}
        </Button>
        <Button
          type="submit"
          disabled={state.phase === 'sending' || !isReason(state.reason)}
          tooltip={
            state.phase === 'sending'
              ? t('actions.dismiss.on-its-way', 'It is on its way.')
              : isReason(state.reason)
                ? undefined
                : reasonMissing()
          }
        >
          {state.phase === 'sending'
            ? t('actions.dismiss.sending', 'Dismissing…')
            : t('actions.dismiss.dismiss', 'Dismiss lost job')}
        </Button>
      </Modal.ButtonRow>
    </form>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  modal: css({ width: 'min(640px, 95vw)' }),
  body: css({
    outline: 'none',
    h3: { fontSize: theme.typography.h5.fontSize, marginBottom: theme.spacing(0.5) },
    ul: { paddingLeft: theme.spacing(2.5), marginBottom: theme.spacing(2) },
  }),
});
