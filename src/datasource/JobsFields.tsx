import { Combobox, InlineField, InlineFieldRow, InlineSwitch, type ComboboxOption } from '@grafana/ui';
import React, { useId } from 'react';

import { NumberInput } from './NumberInput';
import { DEFAULT_LIMIT, MAX_LIMIT, type JobsQuery, type SortKey } from './query';
import { LABEL_WIDTH } from './widths';

const SORT_WIDTH = 24;

const SORTS: Array<ComboboxOption<SortKey>> = [
  { label: 'Age', value: 'age' },
  { label: 'Name', value: 'name' },
  { label: 'State', value: 'state' },
];

interface Props {
  query: JobsQuery;
  onChange(query: JobsQuery): void;
}

/** What only the jobs query has: stuck ones alone, order, limit. */
export function JobsFields({ query, onChange }: Props) {
  const stuckId = useId();
  const sortId = useId();
  const descId = useId();
  return (
    <InlineFieldRow>
      <InlineField
        label="Stuck only"
        labelWidth={LABEL_WIDTH}
        tooltip="Only jobs that have hung for longer than the data source's threshold."
      >
        <InlineSwitch
          id={stuckId}
          value={query.stuckOnly ?? false}
          onChange={(event) => onChange({ ...query, stuckOnly: event.currentTarget.checked })}
        />
      </InlineField>
      <InlineField label="Sort by">
        <Combobox
          id={sortId}
          width={SORT_WIDTH}
          options={SORTS}
          value={query.sortBy ?? 'age'}
          onChange={({ value }) => onChange({ ...query, sortBy: value })}
        />
      </InlineField>
      <InlineField label="Greatest first">
        <InlineSwitch
          id={descId}
          value={query.sortDesc ?? false}
          onChange={(event) => onChange({ ...query, sortDesc: event.currentTarget.checked })}
        />
      </InlineField>
      <NumberInput
        label="Limit"
        tooltip={`At most this many rows, up to ${MAX_LIMIT}. How many match in all is always told.`}
        value={query.limit}
        placeholder={DEFAULT_LIMIT}
        min={1}
        max={MAX_LIMIT}
        onChange={(limit) => onChange({ ...query, limit })}
      />
    </InlineFieldRow>
  );
}
