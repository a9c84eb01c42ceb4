import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Field, Input, Modal, useStyles2 } from '@grafana/ui';
import React, { useId, type FormEvent } from 'react';

import { type Support } from '../api/types';
import { Around, PLACE } from '../i18n/Around';
import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { SENTENCE, visibleText } from '../model/text';
import { BudgetOffer, canAskForBudget } from './BudgetView';
import { useNow } from './clock';
import { JobFacts } from './JobFacts';
import { PolicySection } from './PolicyFacts';
import { isAcknowledged, missing } from './readiness';
import { ReasonField } from './ReasonField';
import { Refusal } from './Refusal';
import { type ActionSession } from './session';
import { type Planned } from './states';
import { article, askVerb, noun, verb } from './texts';
import { remaining } from './times';
import { VerdictList } from './VerdictList';

interface Props {
  state: Planned;
  session: ActionSession;
  support: Support | undefined;
  timeZone?: TimeZone;
  onClose(): void;
}

/** A plan: what it will do, what the guards say, and what the user must enter to confirm it. */
export function PlanView({ state, session, support, timeZone, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const now = useNow();
  const gapsId = useId();
  const { plan } = state.timed;
  const left = remaining(state.timed, now);
  const gaps = missing(state, now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.use();
  };
  return (
    <form onSubmit={submit} noValidate>
      {state.refusal && (
        <Refusal
          failure={state.refusal}
          timed={state.timed}
          now={now}
          timeZone={timeZone}
          follow={(actionId) => session.follow(actionId)}
          findRequest={plan.secondPerson ? () => session.findRequest() : undefined}
        />
      )}
      <JobFacts job={plan.job} timeZone={timeZone} />
      <Changes state={state} />
      <section className={styles.section}>
        <h3 className={styles.heading}>{t('actions.plan.consequences', 'What it will do')}</h3>
        <ul className={styles.consequences}>
          {plan.consequences.map((consequence) => (
            <li key={consequence}>
              <ForeignText text={consequence} characters={SENTENCE} expandable />
            </li>
          ))}
        </ul>
        <p className={styles.note}>
          {t(
            'actions.plan.race',
            "A race of milliseconds remains: between the server's last read of the job and the request, the job may still change."
          )}
        </p>
      </section>
      <section className={styles.section}>
        <h3 className={styles.heading}>
          {plan.allowed
            ? t('actions.plan.guards', 'What the guards say')
            : t('actions.plan.blocked', 'This {{act}} is blocked', { act: noun(plan.kind, session.onlyStop) })}
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
      {support && canAskForBudget(plan.kind, support, plan, state.refusal) && (
        <BudgetOffer session={session} policy={support.policy} />
      )}
      {plan.allowed && <Entries state={state} session={session} />}
      <PolicySection policy={support?.policy} />
      <div className={styles.foot}>
        <p className={styles.note}>{usability(plan.allowed, left)}</p>
        {plan.allowed && left > 0 && (
          <ul id={gapsId} className={styles.gaps} aria-label={t('actions.plan.missing', 'Still missing')}>
            {gaps.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        )}
      </div>
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onClose}>
          {t('actions.dialog.keep-waiting', 'Keep waiting')}
        </Button>
        {(!plan.allowed || left === 0 || state.refusal) && (
          <Button variant="secondary" icon="sync" onClick={() => session.replan()}>
            {t('actions.dialog.new-plan', 'Make a new plan')}
          </Button>
        )}
        <Button
          type="submit"
          variant={plan.secondPerson ? 'primary' : 'destructive'}
          disabled={gaps.length > 0}
          tooltip={gaps.length > 0 ? gaps.join(' ') : undefined}
          aria-describedby={plan.allowed && gaps.length > 0 ? gapsId : undefined}
        >
          {plan.secondPerson ? askVerb() : verb(plan.kind, session.onlyStop)}
        </Button>
      </Modal.ButtonRow>
    </form>
  );
}

function usability(allowed: boolean, left: number): string {
  if (!allowed) {
    return t('actions.plan.unusable', 'A blocked plan cannot be used. A new plan asks every guard again.');
  }
  return left > 0
    ? t('actions.plan.usable', 'This plan can be used once, for another {{time}}.', {
        time: formatAge(Math.ceil(left / 1000)),
      })
    : t('actions.plan.expired', 'This plan has expired. Make a new one; what you typed is kept.');
}

/** What the user enters. */
function Entries({ state, session }: Pick<Props, 'state' | 'session'>) {
  const styles = useStyles2(getStyles);
  const phraseId = useId();
  const { phrase, secondPerson, kind } = state.timed.plan;
  return (
    <section className={styles.section}>
      <h3 className={styles.heading}>
        {secondPerson ? t('actions.plan.ask', 'Ask a second person') : t('actions.plan.confirm', 'Confirm')}
      </h3>
      {secondPerson && (
        <p className={styles.note}>
          {t(
            'actions.plan.second-person',
            'This data source demands a second person for {{act}}: nothing is sent to the coordinator until somebody else approves. Then the job is read and every guard is asked again.',
            { act: article(noun(kind, session.onlyStop)) }
          )}
        </p>
      )}
      <Field
        label={t('actions.plan.phrase', 'Phrase')}
        description={
          <Around text={t('actions.plan.type', 'Type {{phrase}} exactly.', { phrase: PLACE })}>
            <span className={styles.phrase}>{visibleText(phrase)}</span>
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
      <ReasonField value={state.typed.reason} onChange={(reason) => session.typeReason(reason)} />
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
    <Alert
      severity="warning"
      title={
        state.because
          ? t('actions.plan.no-longer-fits', 'Nothing was sent: the plan no longer fits')
          : t('actions.plan.changed', 'What has changed')
      }
    >
      {state.because && (
        <p>
          <ForeignText text={state.because} characters={SENTENCE} expandable />
        </p>
      )}
      <ul className={styles.consequences} aria-label={t('actions.plan.changes', 'Changes since the plan before')}>
        {state.changes.map(({ what, before, after }) => (
          <li key={`${what} ${after}`}>
            {what}: <ForeignText text={before} /> → <ForeignText text={after} />
          </li>
        ))}
      </ul>
      <p>{t('actions.plan.is-new', 'This is a new plan. What you typed is kept; check it against the changes.')}</p>
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
