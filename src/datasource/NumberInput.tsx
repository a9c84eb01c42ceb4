import { Input, InlineField } from '@grafana/ui';
import React, { useId, useState } from 'react';

import { t } from '../i18n/text';

const WIDTH = 14;

interface Props {
  label: string;
  labelWidth?: number;
  tooltip: string;
  value: number | undefined;
  placeholder: number;
  unit?: string;
  min: number;
  max?: number;
  /** Called once the input is left; undefined when it was emptied. */
  onChange(value: number | undefined): void;
}

function rangeText(least: number, most: number | undefined): string {
  return most === undefined
    ? t('datasource.number.least', 'Write a whole number from {{least}}.', { least })
    : t('datasource.number.range', 'Write a whole number from {{least}} to {{most}}.', { least, most });
}

/** A number that is taken over when the input is left, so that a query does not run at every digit. */
export function NumberInput({ label, labelWidth, tooltip, value, placeholder, unit, min, max, onChange }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const number = Number(draft);
  const isEmpty = draft?.trim() === '';
  const isWrong =
    draft !== undefined &&
    !isEmpty &&
    !(Number.isInteger(number) && number >= min && (max === undefined || number <= max));
  const commit = () => {
    if (draft === undefined || isWrong) {
      return;
    }
    setDraft(undefined);
    const next = isEmpty ? undefined : number;
    if (next !== value) {
      onChange(next);
    }
  };
  return (
    <InlineField
      label={label}
      labelWidth={labelWidth}
      tooltip={tooltip}
      invalid={isWrong}
      error={isWrong ? rangeText(min, max) : undefined}
    >
      <Input
        id={id}
        type="number"
        width={WIDTH}
        value={draft ?? value ?? ''}
        placeholder={String(placeholder)}
        suffix={unit}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            commit();
          }
        }}
      />
    </InlineField>
  );
}
