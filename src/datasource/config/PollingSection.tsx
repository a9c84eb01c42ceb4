import { FieldSet } from '@grafana/ui';
import React from 'react';

import { checkNumber, describeRange } from '../checks';
import { checkRequestTimeout, DEFAULTS, kindOf, RANGES, type CoordinatorKind } from '../settings';
import { type Changes, type EditorProps } from './change';
import { NumberField } from './fields';

/** CloverDX has no state between running and ended: what hangs there are parents. */
const STUCK: Record<CoordinatorKind, string> = {
  seatunnel: 'A job that has been canceling or failing for this long counts as stuck.',
  cloverdx:
    'A parent counts as stuck when all its children have ended for this long, and a job when it runs on for this long after an abort.',
  generic:
    'A job that has been canceling or failing for this long counts as stuck, and a parent whose children have all ended for this long.',
};

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** How often and how patiently the coordinator is read. */
export function PollingSection({ options: { jsonData, readOnly = false }, change }: Props) {
  return (
    <FieldSet label="Polling">
      <NumberField
        label="Poll interval"
        description={`${describeRange(RANGES.pollIntervalSeconds)} s. One poll serves all panels, rules and users.`}
        unit="s"
        readOnly={readOnly}
        value={jsonData.pollIntervalSeconds}
        placeholder={DEFAULTS.pollIntervalSeconds}
        problem={checkNumber(jsonData.pollIntervalSeconds, RANGES.pollIntervalSeconds)}
        onChange={(pollIntervalSeconds) => change.setting({ pollIntervalSeconds })}
      />
      <NumberField
        label="Request timeout"
        description="How long one request may take; not longer than the whole poll."
        unit="s"
        readOnly={readOnly}
        value={jsonData.requestTimeoutSeconds}
        placeholder={DEFAULTS.requestTimeoutSeconds}
        problem={checkRequestTimeout(jsonData)}
        onChange={(requestTimeoutSeconds) => change.setting({ requestTimeoutSeconds })}
      />
      <NumberField
        label="Poll deadline"
        description="How long a whole poll may take. What has not answered by then is missing from the snapshot, which says so."
        unit="s"
        readOnly={readOnly}
        value={jsonData.pollDeadlineSeconds}
        placeholder={DEFAULTS.pollDeadlineSeconds}
        problem={checkNumber(jsonData.pollDeadlineSeconds, RANGES.pollDeadlineSeconds)}
        onChange={(pollDeadlineSeconds) => change.setting({ pollDeadlineSeconds })}
      />
      <NumberField
        label="Stuck after"
        description={STUCK[kindOf(jsonData)]}
        unit="s"
        readOnly={readOnly}
        value={jsonData.stuckAfterSeconds}
        placeholder={DEFAULTS.stuckAfterSeconds}
        problem={checkNumber(jsonData.stuckAfterSeconds, RANGES.stuckAfterSeconds)}
        onChange={(stuckAfterSeconds) => change.setting({ stuckAfterSeconds })}
      />
    </FieldSet>
  );
}
