import { type TimeZone } from '@grafana/schema';
import { Alert, Button } from '@grafana/ui';
import React from 'react';

import { describeFailure, type Failure } from '../api/failure';
import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { ForeignText } from '../model/ForeignText';
import { SENTENCE } from '../model/text';
import { formatMoment } from '../model/time';
import { type TimedPlan } from './states';
import { VerdictList } from './VerdictList';

interface Props {
  failure: Failure;
  /** The refused plan, where there is one. */
  timed?: TimedPlan;
  now: number;
  timeZone?: TimeZone;
  /** Follows the action that won. */
  follow?(actionId: string): void;
  /** Shows the request that somebody made before; absent where none is asked for here. */
  findRequest?(): void;
}

/** Why the server refused, in its own words. */
export function Refusal({ failure, timed, now, timeZone, follow, findRequest }: Props) {
  const problem = failure.kind === 'problem' ? failure.problem : undefined;
  const winner = problem?.actionId;
  const isTaken = failure.kind === 'problem' && failure.status === 409 && !winner;
  return (
    <Alert
      severity="error"
      title={
        problem
          ? t('actions.refusal.refused', 'Refused; nothing was sent')
          : t('actions.refusal.no-answer', 'No answer from the server')
      }
    >
      <p>
        <ForeignText text={describeFailure(failure)} characters={SENTENCE} expandable />
      </p>
      {problem?.change && (
        <p>
          <ForeignText text={problem.change} characters={SENTENCE} expandable />
        </p>
      )}
      <RetryTime failure={failure} now={now} timeZone={timeZone} />
      {problem?.verdicts && <VerdictList verdicts={problem.verdicts} timed={timed} now={now} timeZone={timeZone} />}
      {winner && follow && (
        <Button variant="secondary" size="sm" onClick={() => follow(winner)}>
          {t('actions.refusal.follow', 'Follow the other action')}
        </Button>
      )}
      {isTaken && findRequest && (
        <Button variant="secondary" size="sm" onClick={findRequest}>
          {t('actions.refusal.find', 'Look for the request that waits')}
        </Button>
      )}
    </Alert>
  );
}

/** When it may be tried again, where the server says so. */
export function RetryTime({ failure, now, timeZone }: Pick<Props, 'failure' | 'now' | 'timeZone'>) {
  if (failure.kind !== 'problem' || failure.retryAt === undefined) {
    return null;
  }
  const left = Math.ceil((failure.retryAt - now) / 1000);
  return (
    <p>
      {left > 0
        ? t('actions.refusal.retry', 'Try again in {{time}}, at {{moment}}.', {
            time: formatAge(left),
            moment: formatMoment(failure.retryAt, timeZone),
          })
        : t('actions.refusal.retry-now', 'The time has come: try again.')}
    </p>
  );
}
