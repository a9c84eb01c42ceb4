import { css } from '@emotion/css';
import { type SelectableValue } from '@grafana/data';
import { Field, Input, RadioButtonGroup, SecretInput, SecretTextArea, Switch, TextArea } from '@grafana/ui';
import React, { useId, useState, type ReactNode } from 'react';

/** Fields are narrow enough to be read at a glance (in units of the theme's spacing). */
const WIDTH = 60;
const NUMBER_WIDTH = 16;
/** On a narrow screen they are as wide as that. */
const FIT = css({ maxWidth: '100%' });

interface Common {
  label: string;
  description?: ReactNode;
  readOnly: boolean;
  /** What is wrong with the value, as a sentence; empty when nothing is. */
  problem?: string;
}

interface TextFieldProps extends Common {
  value: string | undefined;
  placeholder?: string;
  /** Undefined for an empty text: the setting is then absent. */
  onChange(value: string | undefined): void;
}

export function TextField({ label, description, readOnly, problem, value, placeholder, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <Field label={label} description={description} invalid={Boolean(problem)} error={problem}>
      <Input
        id={id}
        width={WIDTH}
        className={FIT}
        value={value ?? ''}
        placeholder={placeholder}
        readOnly={readOnly}
        onChange={(event) => onChange(event.currentTarget.value.trim() || undefined)}
      />
    </Field>
  );
}

interface NumberFieldProps extends Common {
  value: number | undefined;
  /** Used by the backend where the setting is absent. */
  placeholder: number;
  unit?: string;
  /** Undefined for an empty text: the setting is then absent. */
  onChange(value: number | undefined): void;
}

export function NumberField({
  label,
  description,
  readOnly,
  problem,
  value,
  placeholder,
  unit,
  onChange,
}: NumberFieldProps) {
  const id = useId();
  return (
    <Field label={label} description={description} invalid={Boolean(problem)} error={problem}>
      <Input
        id={id}
        type="number"
        width={NUMBER_WIDTH}
        value={value ?? ''}
        placeholder={String(placeholder)}
        suffix={unit}
        readOnly={readOnly}
        onChange={(event) => {
          const number = event.currentTarget.valueAsNumber;
          onChange(Number.isNaN(number) ? undefined : number);
        }}
      />
    </Field>
  );
}

interface LinesFieldProps extends Common {
  values: string[];
  placeholder?: string;
  onChange(values: string[]): void;
}

/** A list with one entry a line. */
export function LinesField({ label, description, readOnly, problem, values, placeholder, onChange }: LinesFieldProps) {
  const id = useId();
  // The text as typed: an empty line is no entry, but it must not vanish under the cursor.
  const [draft, setDraft] = useState<string>();
  return (
    <Field label={label} description={description} invalid={Boolean(problem)} error={problem}>
      <TextArea
        id={id}
        cols={WIDTH}
        rows={Math.max(2, values.length + 1)}
        value={draft ?? values.join('\n')}
        placeholder={placeholder}
        readOnly={readOnly}
        onChange={(event) => {
          setDraft(event.currentTarget.value);
          onChange(entries(event.currentTarget.value));
        }}
        onBlur={() => setDraft(undefined)}
      />
    </Field>
  );
}

function entries(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

interface ChoiceFieldProps<T extends string> extends Common {
  value: T;
  choices: Array<SelectableValue<T>>;
  onChange(value: T): void;
}

export function ChoiceField<T extends string>({
  label,
  description,
  readOnly,
  problem,
  value,
  choices,
  onChange,
}: ChoiceFieldProps<T>) {
  const id = useId();
  return (
    <Field label={label} description={description} invalid={Boolean(problem)} error={problem}>
      <RadioButtonGroup
        id={id}
        aria-label={label}
        options={choices}
        value={value}
        disabled={readOnly}
        onChange={onChange}
      />
    </Field>
  );
}

interface SwitchFieldProps extends Common {
  value: boolean;
  onChange(value: boolean): void;
}

export function SwitchField({ label, description, readOnly, problem, value, onChange }: SwitchFieldProps) {
  const id = useId();
  return (
    <Field label={label} description={description} invalid={Boolean(problem)} error={problem}>
      <Switch id={id} disabled={readOnly} value={value} onChange={(event) => onChange(event.currentTarget.checked)} />
    </Field>
  );
}

interface SecretFieldProps extends Common {
  /** A value is stored, which nobody can read any more. */
  isSet: boolean;
  /** What was typed and is not saved yet. */
  value: string | undefined;
  multiline?: boolean;
  placeholder?: string;
  onChange(value: string): void;
  onReset(): void;
}

/** A secret: whether it is set is shown, its value never. */
export function SecretField({
  label,
  description,
  readOnly,
  isSet,
  value,
  multiline = false,
  placeholder,
  onChange,
  onReset,
}: SecretFieldProps) {
  const id = useId();
  return (
    <Field label={label} description={description} disabled={readOnly}>
      {multiline ? (
        <SecretTextArea
          id={id}
          cols={WIDTH}
          rows={4}
          isConfigured={isSet}
          value={value ?? ''}
          placeholder={placeholder}
          onChange={(event) => onChange(event.currentTarget.value)}
          onReset={onReset}
        />
      ) : (
        <SecretInput
          id={id}
          width={WIDTH}
          className={FIT}
          isConfigured={isSet}
          value={value ?? ''}
          placeholder={placeholder}
          autoComplete="new-password"
          onChange={(event) => onChange(event.currentTarget.value)}
          onReset={onReset}
        />
      )}
    </Field>
  );
}
