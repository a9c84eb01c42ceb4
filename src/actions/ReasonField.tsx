import { Field, TextArea } from '@grafana/ui';
import React, { useId } from 'react';

import { t } from '../i18n/text';
import { MAX_REASON_CHARACTERS, MIN_REASON_CHARACTERS } from './readiness';

interface Props {
  label?: string;
  value: string;
  onChange(value: string): void;
}

/** A reason, which the audit trail keeps with the login of who gave it. */
export function ReasonField({ label = t('actions.reason.label', 'Reason'), value, onChange }: Props) {
  const id = useId();
  return (
    <Field
      label={label}
      description={t(
        'actions.reason.description',
        'At least {{least}} characters; it goes into the audit trail with your login.',
        { least: MIN_REASON_CHARACTERS }
      )}
    >
      <TextArea
        id={id}
        rows={2}
        maxLength={MAX_REASON_CHARACTERS}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
