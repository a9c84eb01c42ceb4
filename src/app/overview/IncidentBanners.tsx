import { Alert } from '@grafana/ui';
import React from 'react';

import { timeLeft } from '../../actions/RequestFacts';
import { noun } from '../../actions/texts';
import { useTick } from '../../jobs/clock';
import { inertName } from '../../model/text';
import { formatMoment, parseTime } from '../../model/time';
import { type CoordinatorState } from './overview';
import { serverNow } from '../serverClock';

/** The incident budgets in force: more force stops than usual may be made, which everybody should know. */
export function IncidentBanners({ states }: { states: CoordinatorState[] }) {
  const now = useTick();
  return (
    <>
      {states.map((state) => {
        const incident = state.support.value?.incident;
        const until = parseTime(incident?.until);
        if (!incident || until === undefined) {
          return null;
        }
        const left = until - serverNow(state, now);
        return left > 0 ? (
          <Alert
            key={state.source.uid}
            severity="warning"
            title={`Incident budget of ${inertName(state.source.name)} is unlocked: up to ${incident.limit} ${noun('force-stop', state.support.value?.onlyStop)}s until ${formatMoment(until)}, ${timeLeft(left)}`}
          >
            A second person unlocked it. Each job still needs its own plan, phrase and reason.
          </Alert>
        ) : null;
      })}
    </>
  );
}
