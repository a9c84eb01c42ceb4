import { Field, FieldSet, Switch } from '@grafana/ui';
import React, { useId } from 'react';

import { t } from '../../i18n/text';
import { checkLimit, checkSecondPerson, POLICY_DEFAULTS, POLICY_RANGES, type Role } from '../../model/policy';
import { withRange } from '../checks';
import { kindOf, type ActionSettings } from '../settings';
import { actionWords } from './actionWords';
import { type Changes, type EditorProps } from './change';
import { ChoiceField, LinesField, NumberField } from './fields';

const ROLES: Array<{ label: string; value: Role }> = [
  { label: 'Viewer', value: 'Viewer' },
  { label: 'Editor', value: 'Editor' },
  { label: 'Admin', value: 'Admin' },
];

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** Who may stop jobs, and what the guards demand. Off until someone turns it on. */
export function ActionsSection({ options: { jsonData, readOnly = false }, change }: Props) {
  const enabledId = useId();
  const actions: ActionSettings = jsonData.actions ?? {};
  const words = actionWords(kindOf(jsonData));
  return (
    <FieldSet label={words.title}>
      <Field label={t('datasource.actions.allow', 'Allow actions')} description={words.allow}>
        <Switch
          id={enabledId}
          disabled={readOnly}
          value={actions.enabled ?? POLICY_DEFAULTS.enabled}
          onChange={(event) => change.action({ enabled: event.currentTarget.checked })}
        />
      </Field>
      <ChoiceField
        label={t('datasource.actions.min-role', 'Least role to act')}
        description={t(
          'datasource.actions.min-role-why',
          'The role in this organization. The server checks it at every request.'
        )}
        readOnly={readOnly}
        value={actions.minRole ?? POLICY_DEFAULTS.minRole}
        choices={ROLES}
        onChange={(minRole) => change.action({ minRole })}
      />
      <LinesField
        label={t('datasource.actions.logins', 'Logins that may act')}
        description={t(
          'datasource.actions.logins-why',
          'One a line. Empty: all with the role. Otherwise only these, and they need the role as well.'
        )}
        readOnly={readOnly}
        values={actions.allowedLogins ?? []}
        onChange={(allowedLogins) => change.action({ allowedLogins })}
      />
      <ChoiceField
        label={t('datasource.actions.audit-role', 'Least role to read the audit trail')}
        readOnly={readOnly}
        value={actions.auditRole ?? POLICY_DEFAULTS.auditRole}
        choices={ROLES}
        onChange={(auditRole) => change.action({ auditRole })}
      />
      <ChoiceField
        label={t('datasource.actions.second-person', 'Second person')}
        description={t(
          'datasource.actions.second-person-why',
          'Another person, with another login and another e-mail address, approves before the act. Headers and roles do not stop a script that runs as you in a dashboard; a second person does.'
        )}
        readOnly={readOnly}
        value={actions.secondPerson ?? POLICY_DEFAULTS.secondPerson}
        choices={words.secondPerson}
        problem={checkSecondPerson(actions.secondPerson)}
        onChange={(secondPerson) => change.action({ secondPerson })}
      />
      {words.limits.map(({ name, label, description, unit }) => (
        <NumberField
          key={name}
          label={label}
          description={withRange(description, POLICY_RANGES[name], unit)}
          unit={unit}
          readOnly={readOnly}
          value={actions[name]}
          placeholder={POLICY_DEFAULTS[name]}
          problem={checkLimit(name, actions[name])}
          onChange={(value) => change.action({ [name]: value })}
        />
      ))}
    </FieldSet>
  );
}
