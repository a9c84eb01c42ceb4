import { Field, FieldSet, Switch } from '@grafana/ui';
import React, { useId } from 'react';

import { checkNumber, DEFAULTS, describeRange, RANGES, type ActionSettings, type Role } from '../settings';
import { type Changes, type EditorProps } from './change';
import { ChoiceField, LinesField, NumberField } from './fields';

const ROLES: Array<{ label: string; value: Role }> = [
  { label: 'Viewer', value: 'Viewer' },
  { label: 'Editor', value: 'Editor' },
  { label: 'Admin', value: 'Admin' },
];

type Limit = keyof typeof RANGES & keyof ActionSettings;

const LIMITS: Array<{ name: Limit; label: string; description: string; unit?: string }> = [
  {
    name: 'minCancelingAgeSeconds',
    label: 'Force stop allowed after',
    description: 'How long a job must have been seen canceling without a gap. A younger one may still end by itself.',
    unit: 's',
  },
  {
    name: 'savepointStallSeconds',
    label: 'Savepoint counts as stalled after',
    description: 'How long no checkpoint may have been acknowledged before a job in a savepoint can be force-stopped.',
    unit: 's',
  },
  {
    name: 'masterSettleSeconds',
    label: 'Master must be stable for',
    description: 'After a change of master, jobs are restored and states are in doubt for a while.',
    unit: 's',
  },
  {
    name: 'maxForceStops',
    label: 'Force stops in a window',
    description: 'At most this many per coordinator, over all users.',
  },
  {
    name: 'maxCancels',
    label: 'Cancels in a window',
    description: 'At most this many per coordinator, over all users.',
  },
  {
    name: 'budgetWindowSeconds',
    label: 'Window',
    description: 'The time over which both are counted.',
    unit: 's',
  },
];

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** Who may cancel and force-stop, and what the guards demand. Off until someone turns it on. */
export function ActionsSection({ options: { jsonData, readOnly = false }, change }: Props) {
  const enabledId = useId();
  const actions: ActionSettings = jsonData.actions ?? {};
  return (
    <FieldSet label="Cancel and force stop">
      <Field
        label="Allow actions"
        description="Off, this data source only watches. On, those named below may cancel and force-stop jobs, each with a plan, a reason and a record."
      >
        <Switch
          id={enabledId}
          disabled={readOnly}
          value={actions.enabled ?? DEFAULTS.actions.enabled}
          onChange={(event) => change.action({ enabled: event.currentTarget.checked })}
        />
      </Field>
      <ChoiceField
        label="Least role to act"
        description="The role in this organization. The server checks it at every request."
        readOnly={readOnly}
        value={actions.minRole ?? DEFAULTS.actions.minRole}
        choices={ROLES}
        onChange={(minRole) => change.action({ minRole })}
      />
      <LinesField
        label="Logins that may act"
        description="One a line. Empty: all with the role. Otherwise only these, and they need the role as well."
        readOnly={readOnly}
        values={actions.allowedLogins ?? []}
        onChange={(allowedLogins) => change.action({ allowedLogins })}
      />
      <ChoiceField
        label="Least role to read the audit trail"
        readOnly={readOnly}
        value={actions.auditRole ?? DEFAULTS.actions.auditRole}
        choices={ROLES}
        onChange={(auditRole) => change.action({ auditRole })}
      />
      {LIMITS.map(({ name, label, description, unit }) => (
        <NumberField
          key={name}
          label={label}
          description={`${description} ${describeRange(RANGES[name])}${unit ? ` ${unit}` : ''}.`}
          unit={unit}
          readOnly={readOnly}
          value={actions[name]}
          placeholder={DEFAULTS.actions[name]}
          problem={checkNumber(actions[name], RANGES[name])}
          onChange={(value) => change.action({ [name]: value })}
        />
      ))}
    </FieldSet>
  );
}
