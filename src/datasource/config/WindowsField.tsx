import { Button, Field, IconButton, InlineField, InlineFieldRow, Input } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { type MaintenanceWindow } from '../detection';

/** What values look like. */
const TIMES = ['02:00', '04:00'] as const;
const INSTANTS = ['2026-11-22T02:00:00+01:00', '2026-11-22T04:00:00+01:00'] as const;
const ZONE = 'Europe/Vienna';
const DAYS_EXAMPLE = 'sat, sun';

interface Part {
  name: 'from' | 'to' | 'timeZone' | 'reason';
  label: string;
  width: number;
  placeholder: string;
}

/** The parts of a window: of one that comes back every week, or of one that is once. */
function partsOf({ days }: MaintenanceWindow): Part[] {
  const [from, to] = [t('datasource.windows.from', 'From'), t('datasource.windows.to', 'To')];
  const reason: Part = {
    name: 'reason',
    label: t('datasource.windows.reason', 'Reason'),
    width: 30,
    placeholder: t('datasource.windows.reason-example', 'Backup of the cluster'),
  };
  return days
    ? [
        { name: 'from', label: from, width: 10, placeholder: TIMES[0] },
        { name: 'to', label: to, width: 10, placeholder: TIMES[1] },
        {
          name: 'timeZone',
          label: t('datasource.windows.time-zone', 'Time zone'),
          width: 20,
          placeholder: ZONE,
        },
        reason,
      ]
    : [
        { name: 'from', label: from, width: 28, placeholder: INSTANTS[0] },
        { name: 'to', label: to, width: 28, placeholder: INSTANTS[1] },
        reason,
      ];
}

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
      label={t('datasource.windows.title', 'Maintenance windows')}
      description={t(
        'datasource.windows.why',
        'Times in which no job becomes stuck: once, or every week on some days (mon, tue, …). One that ends before it begins ends on the next day. Panels show the reason.'
      )}
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
        <InlineFieldRow
          key={index}
          role="group"
          aria-label={t('datasource.windows.window', 'Window {{number}}', { number: index + 1 })}
        >
          {window.days && (
            <InlineField label={t('datasource.windows.days', 'Days')}>
              <Input
                // Committed when it is left: a comma that is being typed is no day.
                key={window.days.join()}
                aria-label={t('datasource.windows.days-of', 'Days of window {{number}}', { number: index + 1 })}
                width={DAYS_WIDTH}
                defaultValue={window.days.join(', ')}
                placeholder={DAYS_EXAMPLE}
                readOnly={readOnly}
                onBlur={(event) => put(index, { days: daysOf(event.currentTarget.value) })}
              />
            </InlineField>
          )}
          {partsOf(window).map(({ name, label, width, placeholder }) => (
            <InlineField key={name} label={label}>
              <Input
                aria-label={t('datasource.windows.part-of', '{{part}} of window {{number}}', {
                  part: label,
                  number: index + 1,
                })}
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
              aria-label={t('datasource.windows.remove', 'Remove window {{number}}', { number: index + 1 })}
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
            {t('datasource.windows.add', 'Add window')}
          </Button>{' '}
          <Button
            size="sm"
            variant="secondary"
            icon="plus"
            onClick={() =>
              onChange([...windows, { days: ['sun'], from: '02:00', to: '04:00', timeZone: 'UTC', reason: '' }])
            }
          >
            {t('datasource.windows.add-weekly', 'Add weekly window')}
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
