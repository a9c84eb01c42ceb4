import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Icon, Modal, Spinner, useStyles2 } from '@grafana/ui';
import React from 'react';

import { describeFailure } from '../api/failure';
import { type Action } from '../api/types';
import { formatAge } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { inertName, SENTENCE, visibleText } from '../model/text';
import { formatMoment, parseTime } from '../model/time';
import { useNow } from './clock';
import { JobFacts } from './JobFacts';
import { findingOf, leftoverSentences } from './leftovers';
import { Receipt } from './Receipt';
import { type Confirming, type Following, type Settled } from './states';
import { describeOutcome, noun, type OnlyStop } from './texts';

type Step = { text: string; at: 'done' | 'now' | 'later' };

interface ProgressProps {
  state: Confirming | Following;
  timeZone?: TimeZone;
  onClose(): void;
}

/** How far a confirmed action has come. */
export function ProgressView({ state, timeZone, onClose }: ProgressProps) {
  const styles = useStyles2(getStyles);
  const now = useNow();
  const job = (state.phase === 'following' ? state.action?.job : undefined) ?? state.timed?.plan.job;
  return (
    <>
      {job && <JobFacts job={job} asPlanned timeZone={timeZone} />}
      <ol className={styles.steps} aria-label="Progress">
        {steps(state).map(({ text, at }) => (
          <li key={text} className={styles.step} aria-current={at === 'now' ? 'step' : undefined}>
            <span className={styles.marker}>
              {at === 'now' ? (
                <Spinner inline />
              ) : (
                <Icon name={at === 'done' ? 'check' : 'circle'} aria-hidden="true" />
              )}
            </span>
            <span className={at === 'later' ? styles.later : undefined}>{text}</span>
          </li>
        ))}
      </ol>
      {state.phase === 'following' && (
        <p className={styles.note}>
          {state.action?.detail && `${visibleText(state.action.detail)} `}
          Followed for {formatAge((now - state.since) / 1000)}.
        </p>
      )}
      {state.phase === 'following' && <Doubt state={state} />}
      <Modal.ButtonRow>
        {state.phase === 'following' ? (
          <Button variant="secondary" onClick={onClose}>
            {state.confirmation === 'recorded' ? 'Close, the action goes on' : 'Close'}
          </Button>
        ) : (
          <span className={styles.note}>Waiting for the server&apos;s answer…</span>
        )}
      </Modal.ButtonRow>
    </>
  );
}

function steps(state: Confirming | Following): Step[] {
  const phase = state.phase === 'following' ? state.action?.phase : undefined;
  const recorded = phase !== undefined || (state.phase === 'following' && state.confirmation === 'recorded');
  const answered = phase === 'verifying' || phase === 'settled';
  return [
    { text: 'Recording the confirmation', at: recorded ? 'done' : 'now' },
    { text: 'Sending one request to the coordinator', at: answered ? 'done' : recorded ? 'now' : 'later' },
    { text: 'Looking for the proof that the job has ended', at: answered ? 'now' : 'later' },
  ];
}

/** What is not known at the moment, and what is done about it. */
function Doubt({ state }: { state: Following }) {
  if (state.confirmation === 'lost' || state.confirmation === 'failed') {
    return (
      <Alert severity="warning" title="Not known whether the confirmation arrived">
        <p>
          {state.failure && `${visibleText(describeFailure(state.failure))} `}
          It is not sent again. Unjam goes on asking the server what became of it.
        </p>
      </Alert>
    );
  }
  if (state.confirmation === 'awaited') {
    return (
      <Alert severity="info" title="The server takes long to answer the confirmation">
        <p>It is not sent again. Unjam asks the server what became of it, and goes on waiting for the answer.</p>
      </Alert>
    );
  }
  if (state.failure) {
    return (
      <Alert severity="warning" title="The progress cannot be read at the moment">
        <p>{visibleText(describeFailure(state.failure))} The action goes on at the server; Unjam goes on asking.</p>
      </Alert>
    );
  }
  return null;
}

interface OutcomeProps {
  state: Settled;
  onlyStop: OnlyStop;
  timeZone?: TimeZone;
  onClose(): void;
}

/** How an action ended, as far as it is proven. */
export function OutcomeView({ state: { action }, onlyStop, timeZone, onClose }: OutcomeProps) {
  const styles = useStyles2(getStyles);
  const outcome = describeOutcome(action);
  const updated = parseTime(action.updatedAt);
  return (
    <>
      <JobFacts job={action.job} asPlanned timeZone={timeZone} />
      <Alert severity={outcome.tone} title={`${outcome.headline} ${outcome.explanation}`}>
        {action.detail && (
          <p className={styles.detail}>
            <ForeignText text={action.detail} characters={SENTENCE} expandable />
          </p>
        )}
      </Alert>
      <LeftoversView action={action} timeZone={timeZone} />
      <p className={styles.note}>
        This {noun(action.kind, onlyStop)} was {action.approvedBy ? 'asked for' : 'confirmed'} by{' '}
        <ForeignText text={action.by} />
        {action.approvedBy && (
          <>
            {' '}
            and approved by <ForeignText text={action.approvedBy} />
          </>
        )}
        {updated !== undefined && `; as of ${formatMoment(updated, timeZone)}`}.
      </p>
      <Receipt row={action.auditRow} head={action.auditHead} what={receiptOf(action, onlyStop)} />
      <Modal.ButtonRow>
        <Button variant="secondary" onClick={onClose}>
          Close
        </Button>
      </Modal.ButtonRow>
    </>
  );
}

/** What still runs on the workers after the end was proven. */
function LeftoversView({ action, timeZone }: { action: Action; timeZone?: TimeZone }) {
  const sentences = leftoverSentences(action, timeZone);
  const { unasked } = action.leftovers ?? {};
  // The outcome's own detail may say it already.
  if (sentences.length === 0 || (unasked && action.detail.includes(unasked))) {
    return null;
  }
  const [first, ...others] = sentences;
  return (
    <Alert severity={SEVERITIES[findingOf(action.leftovers)]} title={first ?? ''}>
      {others.map((sentence) => (
        <div key={sentence}>{sentence}</div>
      ))}
    </Alert>
  );
}

const SEVERITIES = { zombies: 'warning', unknown: 'warning', none: 'info', 'not yet': 'info' } as const;

function receiptOf({ kind, job, by, approvedBy, outcome }: Action, onlyStop: OnlyStop): string {
  const persons = approvedBy ? `${inertName(by)}, approved by ${inertName(approvedBy)}` : inertName(by);
  return `${noun(kind, onlyStop)} of job ${inertName(job.id)} by ${persons}: ${outcome}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({ listStyle: 'none', margin: theme.spacing(0, 0, 1), padding: 0 }),
  step: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), padding: theme.spacing(0.5, 0) }),
  // As wide as an icon, so that the texts stay where they are.
  marker: css({ display: 'inline-flex', justifyContent: 'center', width: theme.spacing(2) }),
  later: css({ color: theme.colors.text.secondary }),
  detail: css({ margin: 0 }),
  note: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere', fontVariantNumeric: 'tabular-nums' }),
});
