import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Field, Input, Modal, useStyles2 } from '@grafana/ui';
import React, { useCallback, useEffect, useId, useRef, useState, useSyncExternalStore, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import { type Approval } from '../api/types';
import { Around, PLACE } from '../i18n/Around';
import { t } from '../i18n/text';
import { ForeignText } from '../model/ForeignText';
import { inertName, visibleText } from '../model/text';
import { ActionDialog } from './ActionDialog';
import { useNow } from './clock';
import { changesSince, verdictDifferences, type Present } from './differences';
import { JobFacts } from './JobFacts';
import { ReasonField } from './ReasonField';
import { Refusal } from './Refusal';
import { RequestFacts } from './RequestFacts';
import { isRead, missingFor, type Done, type Open } from './reviewMachine';
import { type ReviewSession } from './reviewSession';
import { askedVerb, describeDecision, headed, noun, verb, type OnlyStop } from './texts';
import { VerdictList } from './VerdictList';

/** The title is one line. */
const TITLE_NAME_CHARACTERS = 60;

interface Props {
  session: ReviewSession;
  /** What the page knows of the job at present. */
  present: Present;
  /** The coordinator's own word for its only way to stop a job, where it has one. */
  onlyStop?: string;
  timeZone?: TimeZone;
  onClose(): void;
}

/** A request for a second person, to be approved or rejected by another, or withdrawn by whoever asked. */
export default function ReviewDialog({ session, present, onlyStop, timeZone, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const state = useReview(session);
  const body = useRef<HTMLDivElement>(null);
  const { phase } = state;
  useEffect(() => {
    // The control that had the focus may be gone with the phase before.
    body.current?.focus();
  }, [phase]);
  if (session.followed) {
    return <ActionDialog session={session.followed} timeZone={timeZone} onClose={onClose} />;
  }
  const dismiss = () => {
    // The answer is about to come: Esc must not hide it.
    if (session.state.phase === 'done' || !session.state.deciding || session.state.deciding.lost) {
      onClose();
    }
  };
  return (
    <Modal
      isOpen
      title={titleOf(state.approval, onlyStop)}
      className={styles.modal}
      closeOnBackdropClick={false}
      onDismiss={dismiss}
    >
      <div role="status" className={styles.status}>
        {state.phase === 'done' ? describeDecision(state.approval).headline : statusOf(state)}
      </div>
      <div ref={body} tabIndex={-1} className={styles.body}>
        {state.phase === 'done' ? (
          <DoneView state={state} onClose={onClose} />
        ) : (
          <OpenView
            state={state}
            session={session}
            present={present}
            onlyStop={onlyStop}
            timeZone={timeZone}
            onClose={dismiss}
          />
        )}
      </div>
    </Modal>
  );
}

function useReview(session: ReviewSession) {
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

function titleOf({ mine, kind, job }: Approval, onlyStop: OnlyStop): string {
  const act = askedVerb(kind, onlyStop);
  const what = job
    ? t('actions.dialog.title', '{{act}}: {{job}}', {
        act,
        job: inertName(job.name || job.id, TITLE_NAME_CHARACTERS),
      })
    : act;
  return mine
    ? t('actions.review.title-mine', 'Your request: {{what}}', { what })
    : t('actions.review.title', 'Review: {{what}}', { what });
}

function statusOf({ deciding, approval }: Open): string {
  if (deciding?.lost) {
    return t('actions.review.status-lost', 'It is not known whether the approval arrived.');
  }
  if (deciding) {
    return onItsWay();
  }
  return approval.mine
    ? t('actions.review.status-mine', 'Your request waits for a second person.')
    : t('actions.review.status', 'A request waits for your decision.');
}

type ViewProps = Props & { state: Open };

function OpenView({ state, session, present, onlyStop, timeZone, onClose }: ViewProps) {
  const styles = useStyles2(getStyles);
  const now = useNow();
  const [isRejecting, setRejecting] = useState(false);
  const { approval, deciding } = state;
  const sayNo = approval.mine || isRejecting;
  return (
    <>
      {state.refusal && <Refusal failure={state.refusal} now={now} timeZone={timeZone} />}
      {deciding?.lost && (
        <Alert severity="warning" title={t('actions.review.lost', 'Not known whether the approval arrived')}>
          <p>
            {visibleText(describeFailure(deciding.lost.failure))}{' '}
            {t('actions.doubt.goes-on', 'It is not sent again. Unjam goes on asking the server what became of it.')}
          </p>
        </Alert>
      )}
      <RequestFacts approval={approval} receivedAt={state.receivedAt} now={now} timeZone={timeZone} />
      {approval.job && <JobFacts job={approval.job} asPlanned timeZone={timeZone} />}
      <Consequences approval={approval} onlyStop={onlyStop} />
      <Changes state={state} present={present} />
      {state.failure && (
        <Alert severity="warning" title={t('actions.request.unreadable', 'The request cannot be read at the moment')}>
          <p>
            {visibleText(describeFailure(state.failure))} {t('actions.review.asking', 'Unjam goes on asking.')}
          </p>
        </Alert>
      )}
      {approval.job && (
        <section className={styles.section}>
          <h3 className={styles.heading}>
            {state.verdicts === approval.verdicts
              ? t('actions.review.guards-then', 'What the guards said at the request')
              : t('actions.review.guards-now', 'What the guards say now')}
          </h3>
          <VerdictList
            verdicts={state.verdicts}
            now={now}
            timeZone={timeZone}
            acknowledgement={
              sayNo || !approval.decidable
                ? undefined
                : {
                    isAcknowledged: (verdict) => isRead(state, verdict),
                    acknowledge: (verdict, read) => session.acknowledge(verdict.guard, verdict.reason, read),
                  }
            }
          />
        </section>
      )}
      {sayNo ? (
        <RejectForm
          state={state}
          session={session}
          now={now}
          onLeave={approval.mine ? onClose : () => setRejecting(false)}
        />
      ) : (
        <ApproveForm
          state={state}
          session={session}
          onlyStop={onlyStop}
          now={now}
          onLeave={onClose}
          onReject={() => setRejecting(true)}
        />
      )}
    </>
  );
}

/** What an approval leads to, before anything is asked of the reviewer. */
function Consequences({ approval, onlyStop }: { approval: Approval; onlyStop: OnlyStop }) {
  const styles = useStyles2(getStyles);
  const { kind, requester } = approval;
  return (
    <section className={styles.section}>
      <h3 className={styles.heading}>{t('actions.review.consequences', 'What an approval does')}</h3>
      {kind === 'incident-budget' ? (
        <ul className={styles.list}>
          <li>
            {t(
              'actions.review.budget',
              'For an hour, more {{act}}s than the policy allows one person can be made of this coordinator.',
              { act: noun('force-stop', onlyStop) }
            )}
          </li>
          <li>
            {t('actions.budget.no-stop', 'No job is stopped by it: each still needs its own plan, phrase and reason.')}
          </li>
        </ul>
      ) : (
        <ul className={styles.list}>
          <li>
            {t(
              'actions.review.read-again',
              'The server reads the job again and asks every guard. If the job is no longer the one of the request, nothing is sent.'
            )}
          </li>
          <li>
            <Around text={beginning(approval, onlyStop)}>
              <ForeignText text={requester} />
            </Around>
          </li>
          {kind === 'force-stop' && (
            <li>
              {onlyStop
                ? t('actions.review.undone-only', 'It cannot be undone. What the job started may end with it.')
                : t(
                    'actions.review.undone',
                    'It cannot be undone. A task that still runs on a worker stays there as a zombie task.'
                  )}
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

/** Who then acts, with PLACE for the requester where that is another. */
function beginning({ kind, mine }: Approval, onlyStop: OnlyStop): string {
  const act = kind === 'incident-budget' ? '' : noun(kind, onlyStop);
  return mine
    ? t(
        'actions.review.begins-mine',
        'Otherwise the {{act}} begins at once, asked for by you and approved by the other person; both logins are recorded.',
        { act }
      )
    : t(
        'actions.review.begins',
        'Otherwise the {{act}} begins at once, asked for by {{requester}} and approved by you; both logins are recorded.',
        { act, requester: PLACE }
      );
}

function Changes({ state, present }: { state: Open; present: Present }) {
  const styles = useStyles2(getStyles);
  const changes = [
    ...changesSince(state.approval, present),
    ...verdictDifferences(state.approval.verdicts, state.verdicts),
  ];
  if (changes.length === 0) {
    return null;
  }
  return (
    <Alert severity="warning" title={t('actions.review.changed', 'What has changed since the request')}>
      <ul className={styles.list} aria-label={t('actions.review.changes', 'Changes since the request')}>
        {changes.map(({ what, before, after }) => (
          <li key={`${what} ${after}`}>
            {what}: <ForeignText text={before} /> → <ForeignText text={after} />
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** A button that cannot be used keeps the focus only where it says why. */
function onItsWay(): string {
  return t('actions.review.on-its-way', 'The decision is on its way.');
}

interface FormProps {
  state: Open;
  session: ReviewSession;
  now: number;
  onLeave(): void;
}

function ApproveForm({
  state,
  session,
  onlyStop,
  now,
  onLeave,
  onReject,
}: FormProps & { onlyStop: OnlyStop; onReject(): void }) {
  const styles = useStyles2(getStyles);
  const phraseId = useId();
  const gapsId = useId();
  const { approval, deciding } = state;
  const gaps = missingFor('approve', state, now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.approve();
  };
  return (
    <form onSubmit={submit} noValidate>
      {approval.decidable && approval.kind !== 'incident-budget' && (
        <Field
          label={t('actions.plan.phrase', 'Phrase')}
          description={
            <Around text={t('actions.plan.type', 'Type {{phrase}} exactly.', { phrase: PLACE })}>
              <span className={styles.phrase}>{visibleText(approval.phrase)}</span>
            </Around>
          }
        >
          <Input
            id={phraseId}
            value={state.typed.phrase}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => session.typePhrase(event.currentTarget.value)}
          />
        </Field>
      )}
      {gaps.length > 0 && (
        <ul id={gapsId} className={styles.gaps} aria-label={t('actions.plan.missing', 'Still missing')}>
          {gaps.map((gap) => (
            <li key={gap}>{visibleText(gap)}</li>
          ))}
        </ul>
      )}
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onLeave}>
          {t('actions.review.later', 'Decide later')}
        </Button>
        {approval.decidable && (
          <>
            <Button
              variant="secondary"
              disabled={deciding !== undefined}
              tooltip={deciding ? onItsWay() : undefined}
              onClick={onReject}
            >
              {t('actions.review.reject-open', 'Reject…')}
            </Button>
            <Button
              type="submit"
              variant={approval.kind === 'incident-budget' ? 'primary' : 'destructive'}
              disabled={deciding !== undefined || gaps.length > 0}
              tooltip={deciding ? onItsWay() : gaps.join(' ') || undefined}
              aria-describedby={gaps.length > 0 ? gapsId : undefined}
            >
              {approveVerb(approval, onlyStop)}
            </Button>
          </>
        )}
      </Modal.ButtonRow>
    </form>
  );
}

function approveVerb({ kind }: Approval, onlyStop: OnlyStop): string {
  return kind === 'incident-budget'
    ? t('actions.review.approve-budget', 'Approve and unlock incident budget')
    : t('actions.review.approve', 'Approve and {{act}}', { act: verb(kind, onlyStop).toLowerCase() });
}

function RejectForm({ state, session, now, onLeave }: FormProps) {
  const { approval, typed, deciding } = state;
  const gaps = missingFor('reject', state, now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.reject();
  };
  return (
    <form onSubmit={submit} noValidate>
      <ReasonField
        label={
          approval.mine
            ? t('actions.request.why-withdrawn', 'Why it is withdrawn')
            : t('actions.review.why-rejected', 'Why it is rejected')
        }
        value={typed.reason}
        onChange={(reason) => session.typeReason(reason)}
      />
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onLeave}>
          {approval.mine
            ? t('actions.dialog.keep-waiting', 'Keep waiting')
            : t('actions.review.back', 'Back to the review')}
        </Button>
        <Button
          type="submit"
          disabled={deciding !== undefined || gaps.length > 0}
          tooltip={deciding ? onItsWay() : gaps.join(' ') || undefined}
        >
          {approval.mine
            ? t('actions.request.withdraw', 'Withdraw request')
            : t('actions.review.reject', 'Reject request')}
        </Button>
      </Modal.ButtonRow>
    </form>
  );
}

function DoneView({ state: { approval }, onClose }: { state: Done; onClose(): void }) {
  const decision = describeDecision(approval);
  return (
    <>
      <Alert severity={decision.tone} title={headed(decision)}>
        {approval.note && (
          <p>
            <Around text={t('actions.decision.reason', 'Reason: {{reason}}', { reason: PLACE })}>
              <ForeignText text={approval.note} characters={300} expandable />
            </Around>
          </p>
        )}
      </Alert>
      <Modal.ButtonRow>
        <Button variant="secondary" onClick={onClose}>
          {t('actions.dialog.close', 'Close')}
        </Button>
      </Modal.ButtonRow>
    </>
  );
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
  section: css({ marginBottom: theme.spacing(2) }),
  heading: css({ fontSize: theme.typography.h5.fontSize, marginBottom: theme.spacing(0.5) }),
  list: css({ paddingLeft: theme.spacing(2.5), margin: 0, overflowWrap: 'anywhere' }),
  gaps: css({ paddingLeft: theme.spacing(2.5), margin: 0, color: theme.colors.text.secondary }),
  phrase: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    color: theme.colors.text.primary,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  }),
});
