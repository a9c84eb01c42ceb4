import { type TimeZone } from '@grafana/schema';
import React from 'react';

import { t } from '../i18n/text';
import { formatAge } from '../model/age';
import { serverNow } from '../model/freshness';
import { formatMoment, utcMoment } from '../model/time';
import { useTick } from './clock';

interface Props {
  /** A moment of the server's clock, in milliseconds since 1970. */
  deadline: number;
  /** When the server answered by its own clock, and when the answer came by ours. */
  answeredAt: number | undefined;
  receivedAt: number;
  /** Whether the answer shows the present. What was foretold before is not counted down: nobody knows whether it holds. */
  present: boolean;
  timeZone?: TimeZone;
}

/** The time that is left until a deadline, which goes on without asking anew; the moment itself stands in the title. */
export function Countdown({ deadline, answeredAt, receivedAt, present, timeZone }: Props) {
  const now = useTick();
  const moment = formatMoment(deadline, timeZone);
  if (!present) {
    return (
      <span title={utcMoment(deadline)}>
        {t('jobs.countdown.as-foretold', '{{moment}}, as last foretold', { moment })}
      </span>
    );
  }
  return (
    <span title={t('jobs.countdown.moment', '{{moment}} ({{utc}})', { moment, utc: utcMoment(deadline) })}>
      {describeRest((deadline - serverNow(answeredAt, receivedAt, now)) / 1000)}
    </span>
  );
}

/** "in 14 min 05 s", or "passed 20 s ago". */
export function describeRest(seconds: number): string {
  return seconds > 0
    ? t('jobs.countdown.left', 'in {{time}}', { time: formatAge(Math.ceil(seconds)) })
    : t('jobs.countdown.passed', 'passed {{time}} ago', { time: formatAge(-seconds) });
}
