import { FieldSet } from '@grafana/ui';
import React from 'react';

import { checkNumber, describeRange } from '../checks';
import { checkThreshold, checkWindows, DETECTION_DEFAULTS, type Thresholds } from '../detection';
import { DEFAULTS, kindOf, RANGES, type CoordinatorKind } from '../settings';
import { type Changes, type EditorProps } from './change';
import { NumberField } from './fields';
import { WindowsField } from './WindowsField';

interface Threshold {
  name: keyof Thresholds;
  label: string;
  description: string;
}

const PARENTS: Threshold = {
  name: 'parentWaitingSeconds',
  label: 'Parents that wait',
  description:
    'A parent counts as stuck when all its children have ended for this long, and the event of one was held up between nodes.',
};

const STATES: Threshold[] = [
  {
    name: 'cancelingSeconds',
    label: 'In CANCELING',
    description: 'A job counts as stuck this long after it began to be canceled.',
  },
  {
    name: 'failingSeconds',
    label: 'In FAILING',
    description: 'A job counts as stuck this long after it began to fail, while it does not end.',
  },
  {
    name: 'savepointingSeconds',
    label: 'While a savepoint is made',
    description:
      'A job counts as stuck this long after its savepoint began, and only while it has completed no checkpoint for as long as a savepoint may stall (below).',
  },
  {
    name: 'pendingSeconds',
    label: 'Pending',
    description: 'A job counts as stuck when it has waited for resources for this long. Off unless it is set.',
  },
];

/** CloverDX has no state between running and ended: what hangs there are parents, and jobs after an abort. */
const THRESHOLDS: Partial<Record<CoordinatorKind, Threshold[]>> = {
  seatunnel: STATES,
  cloverdx: [
    {
      name: 'cancelingSeconds',
      label: 'After an abort',
      description: 'A job counts as stuck when it runs on for this long after an abort.',
    },
    PARENTS,
  ],
  generic: [...STATES, PARENTS],
};

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** From when on jobs count as stuck, and when that is put off. */
export function DetectionSection({ options: { jsonData, readOnly = false }, change }: Props) {
  const detection = jsonData.detection ?? {};
  const maintenance = detection.maintenance ?? [];
  const stuckAfter = jsonData.stuckAfterSeconds ?? DEFAULTS.stuckAfterSeconds;
  return (
    <FieldSet label="Detection">
      <NumberField
        label="Stuck after"
        description={`Stands for the thresholds below that are empty. ${describeRange(RANGES.stuckAfterSeconds)} s. In the time after a change of the master, while a job is restored, and in maintenance, no job becomes stuck; one that already is stays so.`}
        unit="s"
        readOnly={readOnly}
        value={jsonData.stuckAfterSeconds}
        placeholder={DEFAULTS.stuckAfterSeconds}
        problem={checkNumber(jsonData.stuckAfterSeconds, RANGES.stuckAfterSeconds)}
        onChange={(stuckAfterSeconds) => change.setting({ stuckAfterSeconds })}
      />
      {/* A kind of a newer Unjam has none that this one knows. */}
      {THRESHOLDS[kindOf(jsonData)]?.map(({ name, label, description }) => (
        <NumberField
          key={name}
          label={label}
          description={`${description} 0: never.`}
          unit="s"
          readOnly={readOnly}
          value={detection[name]}
          placeholder={{ ...DETECTION_DEFAULTS }[name as keyof typeof DETECTION_DEFAULTS] ?? stuckAfter}
          problem={checkThreshold(detection[name])}
          onChange={(value) => change.detection({ [name]: value })}
        />
      ))}
      <WindowsField
        windows={maintenance}
        readOnly={readOnly}
        problem={checkWindows(maintenance)}
        onChange={(windows) => change.detection({ maintenance: windows })}
      />
    </FieldSet>
  );
}
