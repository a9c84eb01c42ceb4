import { InlineField, InlineFieldRow, InlineSwitch } from '@grafana/ui';
import React, { useId } from 'react';

import { t } from '../i18n/text';
import { NumberInput } from './NumberInput';
import { DEFAULT_STATES_LIMIT, MAX_STATES_LIMIT, type StatesQuery } from './query';
import { LABEL_WIDTH } from './widths';

interface Props {
  query: StatesQuery;
  onChange(query: StatesQuery): void;
}

/** What only the states query has: jobs that were stuck alone, how many jobs. */
export function StatesFields({ query, onChange }: Props) {
  const stuckId = useId();
  return (
    <InlineFieldRow>
      <InlineField
        label={t('datasource.jobs.stuck', 'Stuck only')}
        labelWidth={LABEL_WIDTH}
        tooltip={t(
          'datasource.states.stuck-why',
          "Only jobs that were canceling or failing, at some time in the range, for longer than the data source's threshold. All states of a chosen job are shown."
        )}
      >
        <InlineSwitch
          id={stuckId}
          value={query.stuckOnly ?? false}
          onChange={(event) => onChange({ ...query, stuckOnly: event.currentTarget.checked })}
        />
      </InlineField>
      <NumberInput
        label={t('datasource.query.limit', 'Limit')}
        tooltip={t(
          'datasource.states.limit-why',
          'At most this many jobs, up to {{most}}; those that changed last. How many match in all is always told.',
          { most: MAX_STATES_LIMIT }
        )}
        value={query.limit}
        placeholder={DEFAULT_STATES_LIMIT}
        min={1}
        max={MAX_STATES_LIMIT}
        onChange={(limit) => onChange({ ...query, limit })}
      />
    </InlineFieldRow>
  );
}
