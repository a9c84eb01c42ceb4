import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Icon, Modal, Spinner, useStyles2 } from '@grafana/ui';
import React from 'react';

import { describeFailure } from '../api/failure';
import { type Action } from '../api/types';
import { Around, PLACE } from '../i18n/Around';
import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { inertName, SENTENCE, visibleText } from '../model/text';
import { formatMoment, parseTime } from '../model/time';
import { useNow } from './clock';
import { JobFacts } from './JobFacts';
import { findingOf, leftoverSentences } from './leftovers';
import { Receipt } from './Receipt';
import { type Confirming, type Following, type Settled } from './states';
import { describeOutcome, headed, noun, type OnlyStop } from './texts';

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
      <ol className={styles.steps} aria-label={t('actions.follow.progress', 'Progress')}>
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
          {t('actions.follow.since', 'Followed for {{time}}.', { time: formatAge((now - state.since) / 1000) })}
        </p>
      )}
      {state.phase === 'following' && <Doubt state={state} />}
      <Modal.ButtonRow>
        {state.phase === 'following' ? (
          <Button variant="secondary" onClick={onClose}>
            {state.confirmation === 'recorded'
              ? t('actions.follow.close', 'Close, the action goes on')
              : t('actions.dialog.close', 'Close')}
          </Button>
        ) : (
          <span className={styles.note}>{t('actions.follow.confirming', "Waiting for the server's answer…")}</span>
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
    { text: t('actions.follow.recording', 'Recording the confirmation'), at: recorded ? 'done' : 'now' },
    {
      text: t('actions.follow.sending', 'Sending one request to the coordinator'),
      at: answered ? 'done' : recorded ? 'now' : 'later',
    },
    {
      text: t('actions.follow.verifying', 'Looking for the proof that the job has ended'),
      at: answered ? 'now' : 'later',
    },
  ];
}

/** What is not known at the moment, and what is done about it. */
function Doubt({ state }: { state: Following }) {
  if (state.confirmation === 'lost' || state.confirmation === 'failed') {
    return (
      <Alert severity="warning" title={t('actions.doubt.lost', 'Not known whether the confirmation arrived')}>
        <p>
          {state.failure && `${visibleText(describeFailure(state.failure))} `}
          {t('actions.doubt.goes-on', 'It is not sent again. Unjam goes on asking the server what became of it.')}
        </p>
      </Alert>
    );
  }
  if (state.confirmation === 'awaited') {
    return (
      <Alert severity="info" title={t('actions.doubt.slow', 'The server takes long to answer the confirmation')}>
        <p>
          {t(
            'actions.doubt.slow-goes-on',
            'It is not sent again. Unjam asks the server what became of it, and goes on waiting for the answer.'
          )}
        </p>
      </Alert>
    );
  }
  if (state.failure) {
    return (
      <Alert severity="warning" title={t('actions.doubt.unreadable', 'The progress cannot be read at the moment')}>
        <p>
          {visibleText(describeFailure(state.failure))}{' '}
          {t('actions.doubt.action-goes-on', 'The action goes on at the server; Unjam goes on asking.')}
        </p>
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
      <Alert severity={outcome.tone} title={headed(outcome)}>
        {action.detail && (
          <p className={styles.detail}>
            <ForeignText text={action.detail} characters={SENTENCE} expandable />
          </p>
        )}
      </Alert>
      <LeftoversView action={action} timeZone={timeZone} />
      <p className={styles.note}>
        <Around text={whoDidIt(action, onlyStop)}>
          <ForeignText text={action.by} />
          {action.approvedBy && <ForeignText text={action.approvedBy} />}
        </Around>
        {updated !== undefined &&
          ` ${t('actions.follow.as-of', 'As of {{moment}}.', { moment: formatMoment(updated, timeZone) })}`}
      </p>
      <Receipt row={action.auditRow} head={action.auditHead} what={receiptOf(action, onlyStop)} />
      <Modal.ButtonRow>
        <Button variant="secondary" onClick={onClose}>
          {t('actions.dialog.close', 'Close')}
        </Button>
      </Modal.ButtonRow>
    </>
  );
}

function whoDidIt({ kind, approvedBy }: Action, onlyStop: OnlyStop): string {
  const act = noun(kind, onlyStop);
  return approvedBy
    ? t('actions.follow.approved-by', 'This {{act}} was asked for by {{person}} and approved by {{approver}}.', {
        act,
        person: PLACE,
        approver: PLACE,
      })
    : t('actions.follow.confirmed-by', 'This {{act}} was confirmed by {{person}}.', { act, person: PLACE });
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
  const values = { act: noun(kind, onlyStop), job: inertName(job.id), by: inertName(by), outcome };
  return approvedBy
    ? t('actions.receipt.approved-act', '{{act}} of job {{job}} by {{by}}, approved by {{approver}}: {{outcome}}', {
        ...values,
        approver: inertName(approvedBy),
      })
    : t('actions.receipt.act', '{{act}} of job {{job}} by {{by}}: {{outcome}}', values);
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
