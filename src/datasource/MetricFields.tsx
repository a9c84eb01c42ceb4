import { Combobox, InlineField, InlineFieldRow, InlineSwitch, Text, type ComboboxOption } from '@grafana/ui';
import React, { useId, useMemo } from 'react';

import { t } from '../i18n/text';
import { findMetric, metricHelp, METRICS } from '../model/metrics';
import { type MetricQuery } from './query';
import { LABEL_WIDTH } from './widths';

const METRIC_WIDTH = 48;

function metricOptions(): Array<ComboboxOption<string>> {
  return METRICS.map((metric) => ({ label: metric.name, value: metric.name, description: metricHelp(metric) }));
}

interface Props {
  query: MetricQuery;
  onChange(query: MetricQuery): void;
}

/** Chooses the metric, and says what it tells. */
export function MetricFields({ query, onChange }: Props) {
  const id = useId();
  const options = useMemo(() => metricOptions(), []);
  const metric = findMetric(query.metric);
  const unknown = query.metric !== '' && !metric;
  return (
    <>
      <InlineFieldRow>
        <InlineField
          label={t('datasource.metric.metric', 'Metric')}
          labelWidth={LABEL_WIDTH}
          invalid={unknown}
          error={
            unknown
              ? t('datasource.metric.unknown', 'This Unjam knows no metric "{{metric}}". Choose another.', {
                  metric: query.metric,
                })
              : undefined
          }
        >
          <Combobox
            id={id}
            width={METRIC_WIDTH}
            options={options}
            value={query.metric || null}
            placeholder={t('datasource.metric.choose', 'Choose a metric')}
            onChange={({ value }) => onChange({ ...query, metric: value })}
          />
        </InlineField>
        <InlineField
          label={t('datasource.metric.range', 'Over time')}
          htmlFor={`${id}-range`}
          tooltip={t(
            'datasource.metric.range-why',
            'The metric over the range of the panel, from what Unjam has kept. Off: as it is now. Alert rules always ask for now.'
          )}
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
          {t('datasource.metric.facts', '{{help}} Unit: {{unit}}. Labels: {{labels}}.', {
            help: metricHelp(metric),
            unit: metric.unit,
            labels: metric.labels.join(', '),
          })}
        </Text>
      )}
    </>
  );
}
