import { Field, TextArea } from '@grafana/ui';
import React, { useId } from 'react';

import { MAX_REASON_CHARACTERS, MIN_REASON_CHARACTERS } from './readiness';

interface Props {
  label?: string;
  value: string;
  onChange(value: string): void;
}

/** A reason, which the audit trail keeps with the login of who gave it. */
export function ReasonField({ label = 'Reason', value, onChange }: Props) {
  const id = useId();
  return (
    <Field
      label={label}
      description={`At least ${MIN_REASON_CHARACTERS} characters; it goes into the audit trail with your login.`}
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
