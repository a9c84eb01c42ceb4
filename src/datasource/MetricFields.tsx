import { Combobox, InlineField, InlineFieldRow, InlineSwitch, Text, type ComboboxOption } from '@grafana/ui';
import React, { useId } from 'react';

import { findMetric, METRICS } from '../model/metrics';
import { type MetricQuery } from './query';
import { LABEL_WIDTH } from './widths';

const METRIC_WIDTH = 48;

const OPTIONS: Array<ComboboxOption<string>> = METRICS.map(({ name, help }) => ({
  label: name,
  value: name,
  description: help,
}));

interface Props {
  query: MetricQuery;
  onChange(query: MetricQuery): void;
}

/** Chooses the metric, and says what it tells. */
export function MetricFields({ query, onChange }: Props) {
  const id = useId();
  const metric = findMetric(query.metric);
  const unknown = query.metric !== '' && !metric;
  return (
    <>
      <InlineFieldRow>
        <InlineField
          label="Metric"
          labelWidth={LABEL_WIDTH}
          invalid={unknown}
          error={unknown ? `This Unjam knows no metric "${query.metric}". Choose another.` : undefined}
        >
          <Combobox
            id={id}
            width={METRIC_WIDTH}
            options={OPTIONS}
            value={query.metric || null}
            placeholder="Choose a metric"
            onChange={({ value }) => onChange({ ...query, metric: value })}
          />
        </InlineField>
        <InlineField
          label="Over time"
          htmlFor={`${id}-range`}
          tooltip="The metric over the range of the panel, from what Unjam has kept. Off: as it is now. Alert rules always ask for now."
        >
          <InlineSwitch
            id={`${id}-range`}
            value={query.range ?? false}
            onChange={({ currentTarget }) => onChange({ ...query, range: currentTarget.checked })}
          />
        </InlineField>
      </InlineFieldRow>
      {metric && (
        <Text element="p" color="secondary">
          {metric.help} Unit: {metric.unit}. Labels: {metric.labels.join(', ')}.
        </Text>
      )}
    </>
  );
}
