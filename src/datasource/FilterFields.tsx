import { InlineField, InlineFieldRow, Input, MultiCombobox, type ComboboxOption } from '@grafana/ui';
import React, { useCallback, useId, useState } from 'react';
import { type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { findMetric } from '../model/metrics';
import { STATES } from '../model/states';
import { inertName } from '../model/text';
import { chosen, nameOptions } from './nameOptions';
import { NumberInput } from './NumberInput';
import { type JobsQuery, type MetricQuery, type StatesQuery } from './query';
import { LABEL_WIDTH } from './widths';

const LIST_WIDTH = 48;
const ID_WIDTH = 30;

const STATE_OPTIONS: Array<ComboboxOption<string>> = STATES.map((state) => ({ label: state, value: state }));

interface Props {
  query: JobsQuery | MetricQuery | StatesQuery;
  /** The names of the open jobs. */
  names(): Observable<readonly string[]>;
  onChange(query: JobsQuery | MetricQuery | StatesQuery): void;
}

/** Which jobs: by state, name, id, age. Nothing for metrics that are not made from the list of jobs. */
export function FilterFields({ query, names, onChange }: Props) {
  const statesId = useId();
  const namesId = useId();
  const idId = useId();
  const [idDraft, setIdDraft] = useState<string>();
  const options = useCallback((input: string) => nameOptions(names, input), [names]);
  if (query.queryType === 'metric' && !findMetric(query.metric)?.ofJobs) {
    return null;
  }
  const commitId = () => {
    if (idDraft !== undefined) {
      setIdDraft(undefined);
      onChange({ ...query, jobId: idDraft.trim() || undefined });
    }
  };
  return (
    <>
      <InlineFieldRow>
        <InlineField
          label={t('datasource.filter.states', 'States')}
          labelWidth={LABEL_WIDTH}
          tooltip={t('datasource.filter.states-why', 'None chosen means all open states.')}
        >
          <MultiCombobox
            id={statesId}
            width={LIST_WIDTH}
            options={STATE_OPTIONS}
            value={query.states ?? []}
            placeholder={t('datasource.query.all', 'all')}
            createCustomValue
            isClearable
            onChange={(options) => onChange({ ...query, states: chosen(options) })}
          />
        </InlineField>
        <NumberInput
          label={t('datasource.filter.age', 'Age at least')}
          tooltip={t('datasource.filter.age-why', 'Only jobs that have been in their state for this long.')}
          value={query.minAgeSeconds}
          placeholder={0}
          unit="s"
          min={0}
          onChange={(minAgeSeconds) => onChange({ ...query, minAgeSeconds })}
        />
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label={t('datasource.filter.names', 'Job names')}
          labelWidth={LABEL_WIDTH}
          tooltip={t(
            'datasource.filter.names-why',
            'None chosen means all. Template variables may be written as $name.'
          )}
        >
          <MultiCombobox
            id={namesId}
            width={LIST_WIDTH}
            options={options}
            value={(query.jobNames ?? []).map((name) => ({ label: inertName(name), value: name }))}
            placeholder={t('datasource.query.all', 'all')}
            createCustomValue
            isClearable
            onChange={(options) => onChange({ ...query, jobNames: chosen(options) })}
          />
        </InlineField>
        <InlineField
          label={t('datasource.query.job-id', 'Job id')}
          tooltip={t('datasource.filter.job-id-why', 'One job, by its whole id.')}
        >
          <Input
            id={idId}
            width={ID_WIDTH}
            value={idDraft ?? query.jobId ?? ''}
            placeholder={t('datasource.query.any', 'any')}
            onChange={(event) => setIdDraft(event.currentTarget.value)}
            onBlur={commitId}
          />
        </InlineField>
      </InlineFieldRow>
    </>
  );
}
