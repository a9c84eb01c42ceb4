import { Button, Field, IconButton, InlineField, InlineFieldRow, Input } from '@grafana/ui';
import React from 'react';

import { type MaintenanceWindow } from '../detection';

interface Part {
  name: 'from' | 'to' | 'timeZone' | 'reason';
  label: string;
  width: number;
  placeholder: string;
}

const REASON: Part = { name: 'reason', label: 'Reason', width: 30, placeholder: 'Backup of the cluster' };
const ONCE: Part[] = [
  { name: 'from', label: 'From', width: 28, placeholder: '2026-11-22T02:00:00+01:00' },
  { name: 'to', label: 'To', width: 28, placeholder: '2026-11-22T04:00:00+01:00' },
  REASON,
];
const WEEKLY: Part[] = [
  { name: 'from', label: 'From', width: 10, placeholder: '02:00' },
  { name: 'to', label: 'To', width: 10, placeholder: '04:00' },
  { name: 'timeZone', label: 'Time zone', width: 20, placeholder: 'Europe/Vienna' },
  REASON,
];
const DAYS_WIDTH = 24;

interface Props {
  windows: MaintenanceWindow[];
  readOnly: boolean;
  problem: string;
  onChange(windows: MaintenanceWindow[]): void;
}

/** The times in which no job becomes stuck. */
export function WindowsField({ problem, ...list }: Props) {
  return (
    <Field
      label="Maintenance windows"
      description="Times in which no job becomes stuck: once, or every week on some days (mon, tue, …). One that ends before it begins ends on the next day. Panels show the reason."
      invalid={problem !== ''}
      error={problem}
    >
      <WindowsList {...list} />
    </Field>
  );
}

function WindowsList({ windows, readOnly, onChange }: Omit<Props, 'problem'>) {
  const put = (at: number, change: Partial<MaintenanceWindow>) =>
    onChange(windows.map((window, index) => (index === at ? { ...window, ...change } : window)));
  return (
    <div>
      {windows.map((window, index) => (
        <InlineFieldRow key={index} role="group" aria-label={`Window ${index + 1}`}>
          {window.days && (
            <InlineField label="Days">
              <Input
                // Committed when it is left: a comma that is being typed is no day.
                key={window.days.join()}
                aria-label={`Days of window ${index + 1}`}
                width={DAYS_WIDTH}
                defaultValue={window.days.join(', ')}
                placeholder="sat, sun"
                readOnly={readOnly}
                onBlur={(event) => put(index, { days: daysOf(event.currentTarget.value) })}
              />
            </InlineField>
          )}
          {(window.days ? WEEKLY : ONCE).map(({ name, label, width, placeholder }) => (
            <InlineField key={name} label={label}>
              <Input
                aria-label={`${label} of window ${index + 1}`}
                width={width}
                value={window[name] ?? ''}
                placeholder={placeholder}
                readOnly={readOnly}
                onChange={(event) => put(index, { [name]: event.currentTarget.value })}
              />
            </InlineField>
          ))}
          {!readOnly && (
            <IconButton
              name="trash-alt"
              aria-label={`Remove window ${index + 1}`}
              onClick={() => onChange(windows.filter((_, other) => other !== index))}
            />
          )}
        </InlineFieldRow>
      ))}
      {!readOnly && (
        <>
          <Button
            size="sm"
            variant="secondary"
            icon="plus"
            onClick={() => onChange([...windows, { from: '', to: '', reason: '' }])}
          >
            Add window
          </Button>{' '}
          <Button
            size="sm"
            variant="secondary"
            icon="plus"
            onClick={() =>
              onChange([...windows, { days: ['sun'], from: '02:00', to: '04:00', timeZone: 'UTC', reason: '' }])
            }
          >
            Add weekly window
          </Button>
        </>
      )}
    </div>
  );
}

function daysOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((day) => day !== '');
}
