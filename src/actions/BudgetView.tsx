import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Button, Modal, useStyles2 } from '@grafana/ui';
import React, { type FormEvent } from 'react';

import { type Failure } from '../api/failure';
import { type Kind, type Plan, type Policy, type Support } from '../api/types';
import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { useNow } from './clock';
import { isReason, reasonMissing } from './readiness';
import { ReasonField } from './ReasonField';
import { Refusal } from './Refusal';
import { type ActionSession } from './session';
import { type Budgeting } from './states';
import { capital, noun } from './texts';

/** The guard that counts acts (pkg/action/guards.go). */
const BUDGET_GUARD = 'budget';

/** Whether a plan or a refusal says that the budget of force stops is used up, and a second person can unlock more. */
export function canAskForBudget(kind: Kind, support: Support | undefined, plan?: Plan, refusal?: Failure): boolean {
  if (kind !== 'force-stop' || !support || support.policy.incidentBudget <= 0 || support.incident) {
    return false;
  }
  const isBlocked = plan?.verdicts.some(({ guard, result }) => guard === BUDGET_GUARD && result === 'block') ?? false;
  const isRefused = refusal?.kind === 'problem' && refusal.status === 429 && refusal.problem.guard === BUDGET_GUARD;
  return isBlocked || isRefused;
}

/** Leads to the form below. */
export function BudgetOffer({ session, policy }: { session: ActionSession; policy: Policy }) {
  return (
    <p>
      {t(
        'actions.budget.offer',
        'Where many jobs hang at once, a second person can unlock up to {{most}} {{act}}s within {{time}}.',
        {
          most: policy.incidentBudget,
          act: noun('force-stop', session.onlyStop),
          time: formatAge(policy.incidentSeconds),
        }
      )}{' '}
      <Button variant="secondary" size="sm" onClick={() => session.wantBudget()}>
        {t('actions.budget.want', 'Ask a second person for the incident budget')}
      </Button>
    </p>
  );
}

interface Props {
  state: Budgeting;
  session: ActionSession;
  policy: Policy | undefined;
  timeZone?: TimeZone;
}

/** Asks a second person for more force stops than the policy allows one person. */
export function BudgetView({ state, session, policy, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const now = useNow();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    session.askForBudget();
  };
  return (
    <form onSubmit={submit} noValidate>
      {state.refusal && (
        <Refusal
          failure={state.refusal}
          now={now}
          timeZone={timeZone}
          follow={(id) => session.follow(id)}
          findRequest={() => session.findRequest()}
        />
      )}
      <h3 className={styles.heading}>{t('actions.plan.consequences', 'What it will do')}</h3>
      <ul className={styles.list}>
        {policy && (
          <li>
            {t(
              'actions.budget.figures',
              '{{act}}s of this coordinator, over all users: {{now}} within {{window}} are allowed now, and up to {{most}} within {{time}} with the incident budget.',
              {
                act: capital(noun('force-stop', session.onlyStop)),
                now: policy.maxForceStops,
                window: formatAge(policy.budgetWindowSeconds),
                most: policy.incidentBudget,
                time: formatAge(policy.incidentSeconds),
              }
            )}
          </li>
        )}
        <li>{t('actions.budget.approval', 'Another person must approve it first. The request waits until then.')}</li>
        <li>
          {t('actions.budget.no-stop', 'No job is stopped by it: each still needs its own plan, phrase and reason.')}
        </li>
        <li>{t('actions.budget.one-cause', 'Many stuck jobs at once have one cause. Look for that first.')}</li>
      </ul>
      <ReasonField value={state.reason} onChange={(reason) => session.typeBudgetReason(reason)} />
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={() => session.leaveBudget()}>
          {t('actions.budget.back', 'Back to the plan')}
        </Button>
        <Button
          type="submit"
          disabled={!isReason(state.reason)}
          tooltip={isReason(state.reason) ? undefined : reasonMissing()}
        >
          {t('actions.budget.ask', 'Ask for the incident budget')}
        </Button>
      </Modal.ButtonRow>
    </form>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  heading: css({ fontSize: theme.typography.h5.fontSize, marginBottom: theme.spacing(0.5) }),
  list: css({ paddingLeft: theme.spacing(2.5), margin: theme.spacing(0, 0, 2) }),
});
