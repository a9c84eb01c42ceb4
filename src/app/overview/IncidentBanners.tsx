import { Alert } from '@grafana/ui';
import React from 'react';

import { timeLeft } from '../../actions/RequestFacts';
import { noun } from '../../actions/texts';
import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { inertName } from '../../model/text';
import { formatMoment, parseTime } from '../../model/time';
import { type CoordinatorState } from '../coordinatorState';
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
            title={t(
              'overview.incident.title',
              'Incident budget of {{name}} is unlocked: up to {{limit}} {{stop}}s until {{until}}, {{left}}',
              {
                name: inertName(state.source.name),
                limit: incident.limit,
                stop: noun('force-stop', state.support.value?.onlyStop),
                until: formatMoment(until),
                left: timeLeft(left),
              }
            )}
          >
            {t(
              'overview.incident.text',
              'A second person unlocked it. Each job still needs its own plan, phrase and reason.'
            )}
          </Alert>
        ) : null;
      })}
    </>
  );
}
