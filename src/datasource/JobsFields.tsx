import { Combobox, InlineField, InlineFieldRow, InlineSwitch, type ComboboxOption } from '@grafana/ui';
import React, { useId, useMemo } from 'react';

import { t } from '../i18n/text';
import { NumberInput } from './NumberInput';
import { DEFAULT_LIMIT, MAX_LIMIT, type JobsQuery, type SortKey } from './query';
import { LABEL_WIDTH } from './widths';

const SORT_WIDTH = 24;

function sorts(): Array<ComboboxOption<SortKey>> {
  return [
    { label: t('datasource.jobs.by-age', 'Age'), value: 'age' },
    { label: t('datasource.jobs.by-name', 'Name'), value: 'name' },
    { label: t('datasource.jobs.by-state', 'State'), value: 'state' },
  ];
}

interface Props {
  query: JobsQuery;
  onChange(query: JobsQuery): void;
}

/** What only the jobs query has: stuck ones alone, order, limit. */
export function JobsFields({ query, onChange }: Props) {
  const stuckId = useId();
  const sortId = useId();
  const descId = useId();
  const options = useMemo(() => sorts(), []);
  return (
    <InlineFieldRow>
      <InlineField
        label={t('datasource.jobs.stuck', 'Stuck only')}
        labelWidth={LABEL_WIDTH}
        tooltip={t(
          'datasource.jobs.stuck-why',
          "Only jobs that have hung for longer than the data source's threshold."
        )}
      >
        <InlineSwitch
          id={stuckId}
          value={query.stuckOnly ?? false}
          onChange={(event) => onChange({ ...query, stuckOnly: event.currentTarget.checked })}
        />
      </InlineField>
      <InlineField label={t('datasource.jobs.sort', 'Sort by')}>
        <Combobox
          id={sortId}
          width={SORT_WIDTH}
          options={options}
          value={query.sortBy ?? 'age'}
          onChange={({ value }) => onChange({ ...query, sortBy: value })}
        />
      </InlineField>
      <InlineField label={t('datasource.jobs.descending', 'Greatest first')}>
        <InlineSwitch
          id={descId}
          value={query.sortDesc ?? false}
          onChange={(event) => onChange({ ...query, sortDesc: event.currentTarget.checked })}
        />
      </InlineField>
      <NumberInput
        label={t('datasource.query.limit', 'Limit')}
        tooltip={t(
          'datasource.jobs.limit-why',
          'At most this many rows, up to {{most}}. How many match in all is always told.',
          { most: MAX_LIMIT }
        )}
        value={query.limit}
        placeholder={DEFAULT_LIMIT}
        min={1}
        max={MAX_LIMIT}
        onChange={(limit) => onChange({ ...query, limit })}
      />
    </InlineFieldRow>
  );
}
