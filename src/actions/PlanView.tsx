import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Field, Input, Modal, TextArea, useStyles2 } from '@grafana/ui';
import React, { useId, type FormEvent } from 'react';

import { describeFailure, type Failure } from '../api/failure';
import { formatAge } from '../model/age';
import { visibleText } from '../model/text';
import { useNow } from './clock';
import { JobFacts } from './JobFacts';
import { remaining, type Planned, type TimedPlan } from './machine';
import { isAcknowledged, MAX_REASON_CHARACTERS, MIN_REASON_CHARACTERS, missing } from './readiness';
import { type ActionSession } from './session';
import { noun, verb } from './texts';
import { VerdictList } from './VerdictList';

interface Props {
  state: Planned;
  session: ActionSession;
  timeZone?: TimeZone;
  onClose(): void;
}

/** A plan: what it will do, what the guards say, and what the user must enter to confirm it. */
export function PlanView({ state, session, timeZone, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const now = useNow();
  const gapsId = useId();
  const { plan } = state.timed;
  const left = remaining(state.timed, now);
  const gaps = missing(state, now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.confirm();
  };
  return (
    <form onSubmit={submit} noValidate>
      {state.refusal && (
        <Refusal failure={state.refusal} session={session} timed={state.timed} now={now} timeZone={timeZone} />
      )}
      <JobFacts job={plan.job} timeZone={timeZone} />
      <Changes state={state} />
      <section className={styles.section}>
        <h3 className={styles.heading}>What it will do</h3>
        <ul className={styles.consequences}>
          {plan.consequences.map((consequence) => (
            <li key={consequence}>{visibleText(consequence)}</li>
          ))}
        </ul>
        <p className={styles.note}>
          A race of milliseconds remains: between the server&apos;s last read of the job and the request, the job may
          still change.
        </p>
      </section>
      <section className={styles.section}>
        <h3 className={styles.heading}>
          {plan.allowed ? 'What the guards say' : `This ${noun(plan.kind)} is blocked`}
        </h3>
        <VerdictList
          verdicts={plan.verdicts}
          timed={state.timed}
          now={now}
          timeZone={timeZone}
          acknowledgement={
            plan.allowed
              ? {
                  isAcknowledged: (verdict) => isAcknowledged(state, verdict),
                  acknowledge: (verdict, acknowledged) =>
                    session.acknowledge(verdict.guard, verdict.reason, acknowledged),
                }
              : undefined
          }
        />
      </section>
      {plan.allowed && <Entries state={state} session={session} />}
      <div className={styles.foot}>
        <p className={styles.note}>{usability(plan.allowed, left)}</p>
        {plan.allowed && left > 0 && (
          <ul id={gapsId} className={styles.gaps} aria-label="Still missing">
            {gaps.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        )}
      </div>
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onClose}>
          Keep waiting
        </Button>
        {(!plan.allowed || left === 0 || state.refusal) && (
          <Button variant="secondary" icon="sync" onClick={() => session.replan()}>
            Make a new plan
          </Button>
        )}
        <Button
          type="submit"
          variant="destructive"
          disabled={gaps.length > 0}
          tooltip={gaps.length > 0 ? gaps.join(' ') : undefined}
          aria-describedby={plan.allowed && gaps.length > 0 ? gapsId : undefined}
        >
          {verb(plan.kind)}
        </Button>
      </Modal.ButtonRow>
    </form>
  );
}

function usability(allowed: boolean, left: number): string {
  if (!allowed) {
    return 'A blocked plan cannot be used. A new plan asks every guard again.';
  }
  return left > 0
    ? `This plan can be used once, for another ${formatAge(Math.ceil(left / 1000))}.`
    : 'This plan has expired. Make a new one; what you typed is kept.';
}

/** What the user enters. */
function Entries({ state, session }: Pick<Props, 'state' | 'session'>) {
  const styles = useStyles2(getStyles);
  const phraseId = useId();
  const reasonId = useId();
  const { phrase } = state.timed.plan;
  return (
    <section className={styles.section}>
      <h3 className={styles.heading}>Confirm</h3>
      <Field
        label="Phrase"
        description={
          <>
            Type <span className={styles.phrase}>{visibleText(phrase)}</span> exactly.
          </>
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
      <Field
        label="Reason"
        description={`At least ${MIN_REASON_CHARACTERS} characters; it goes into the audit trail with your login.`}
      >
        <TextArea
          id={reasonId}
          rows={2}
          maxLength={MAX_REASON_CHARACTERS}
          value={state.typed.reason}
          onChange={(event) => session.typeReason(event.currentTarget.value)}
        />
      </Field>
    </section>
  );
}

/** Why there is a new plan, and how it differs from the one before. */
function Changes({ state }: Pick<Props, 'state'>) {
  const styles = useStyles2(getStyles);
  if (!state.because && state.changes.length === 0) {
    return null;
  }
  return (
    <Alert severity="warning" title={state.because ? 'Nothing was sent: the plan no longer fits' : 'What has changed'}>
      {state.because && <p>{visibleText(state.because)}</p>}
      <ul className={styles.consequences} aria-label="Changes since the plan before">
        {state.changes.map(({ what, before, after }) => (
          <li key={`${what} ${after}`}>
            {what}: {visibleText(before)} → {visibleText(after)}
          </li>
        ))}
      </ul>
      <p>This is a new plan. What you typed is kept; check it against the changes.</p>
    </Alert>
  );
}

interface RefusalProps {
  failure: Failure;
  session: ActionSession;
  /** The refused plan, where there is one. */
  timed?: TimedPlan;
  now: number;
  timeZone?: TimeZone;
}

/** Why the server refused, in its own words. */
export function Refusal({ failure, session, timed, now, timeZone }: RefusalProps) {
  const problem = failure.kind === 'problem' ? failure.problem : undefined;
  const winner = problem?.actionId;
  return (
    <Alert severity="error" title={problem ? 'Refused; nothing was sent' : 'No answer from the server'}>
      <p>{visibleText(describeFailure(failure))}</p>
      {problem?.change && <p>{visibleText(problem.change)}</p>}
      {problem?.verdicts && <VerdictList verdicts={problem.verdicts} timed={timed} now={now} timeZone={timeZone} />}
      {winner && (
        <Button variant="secondary" size="sm" onClick={() => session.follow(winner)}>
          Follow the other action
        </Button>
      )}
    </Alert>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ marginBottom: theme.spacing(2) }),
  heading: css({ fontSize: theme.typography.h5.fontSize, marginBottom: theme.spacing(0.5) }),
  consequences: css({ paddingLeft: theme.spacing(2.5), margin: 0, overflowWrap: 'anywhere' }),
  note: css({ color: theme.colors.text.secondary, margin: theme.spacing(0.5, 0), fontVariantNumeric: 'tabular-nums' }),
  phrase: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    color: theme.colors.text.primary,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  }),
  foot: css({ marginBottom: theme.spacing(1) }),
  gaps: css({ paddingLeft: theme.spacing(2.5), margin: 0, color: theme.colors.text.secondary }),
});
