import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { defaultThreshold, type Thresholds } from '../../model/detection';
import { checkNumber, describeRange } from '../checks';
import { checkThreshold, checkWindows } from '../detection';
import { DEFAULTS, kindOf, RANGES, type CoordinatorKind } from '../settings';
import { type Changes, type EditorProps } from './change';
import { NumberField } from './fields';
import { WindowsField } from './WindowsField';

interface Threshold {
  name: keyof Thresholds;
  label: string;
  description: string;
}

function parents(): Threshold {
  return {
    name: 'parentWaitingSeconds',
    label: t('datasource.detection.parents', 'Parents that wait'),
    description: t(
      'datasource.detection.parents-why',
      'A parent counts as stuck when all its children have ended for this long, and the event of one was held up between nodes.'
    ),
  };
}

function states(): Threshold[] {
  return [
    {
      name: 'cancelingSeconds',
      label: t('datasource.detection.canceling', 'In CANCELING'),
      description: t(
        'datasource.detection.canceling-why',
        'A job counts as stuck this long after it began to be canceled.'
      ),
    },
    {
      name: 'failingSeconds',
      label: t('datasource.detection.failing', 'In FAILING'),
      description: t(
        'datasource.detection.failing-why',
        'A job counts as stuck this long after it began to fail, while it does not end.'
      ),
    },
    {
      name: 'savepointingSeconds',
      label: t('datasource.detection.savepoint', 'While a savepoint is made'),
      description: t(
        'datasource.detection.savepoint-why',
        'A job counts as stuck this long after its savepoint began, and only while it has completed no checkpoint for as long as a savepoint may stall (below).'
      ),
    },
    {
      name: 'pendingSeconds',
      label: t('datasource.detection.pending', 'Pending'),
      description: t(
        'datasource.detection.pending-why',
        'A job counts as stuck when it has waited for resources for this long. Off unless it is set.'
      ),
    },
  ];
}

/** CloverDX has no state between running and ended: what hangs there are parents, and jobs after an abort. */
function thresholds(kind: CoordinatorKind): Threshold[] {
  switch (kind) {
    case 'seatunnel':
      return states();
    case 'cloverdx':
      return [
        {
          name: 'cancelingSeconds',
          label: t('datasource.detection.abort', 'After an abort'),
          description: t(
            'datasource.detection.abort-why',
            'A job counts as stuck when it runs on for this long after an abort.'
          ),
        },
        parents(),
      ];
    case 'generic':
      return [...states(), parents()];
    default:
      // A kind of a newer Unjam has none that this one knows.
      return [];
  }
}

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
    <FieldSet label={t('datasource.detection.title', 'Detection')}>
      <NumberField
        label={t('datasource.detection.stuck', 'Stuck after')}
        description={t(
          'datasource.detection.stuck-why',
          'Stands for the thresholds below that are empty. {{range}} s. In the time after a change of the master, while a job is restored, and in maintenance, no job becomes stuck; one that already is stays so.',
          { range: describeRange(RANGES.stuckAfterSeconds) }
        )}
        unit="s"
        readOnly={readOnly}
        value={jsonData.stuckAfterSeconds}
        placeholder={DEFAULTS.stuckAfterSeconds}
        problem={checkNumber(jsonData.stuckAfterSeconds, RANGES.stuckAfterSeconds)}
        onChange={(stuckAfterSeconds) => change.setting({ stuckAfterSeconds })}
      />
      {thresholds(kindOf(jsonData)).map(({ name, label, description }) => (
        <NumberField
          key={name}
          label={label}
          description={t('datasource.detection.or-never', '{{description}} 0: never.', { description })}
          unit="s"
          readOnly={readOnly}
          value={detection[name]}
          placeholder={defaultThreshold(name, stuckAfter)}
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
