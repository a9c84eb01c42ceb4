import { InlineField, InlineFieldRow, Input, MultiCombobox, type ComboboxOption } from '@grafana/ui';
import React, { useCallback, useId, useState } from 'react';
import { firstValueFrom, type Observable } from 'rxjs';

import { findMetric } from '../model/metrics';
import { STATES } from '../model/states';
import { inertName } from '../model/text';
import { NumberInput } from './NumberInput';
import { type UnjamQuery } from './query';
import { LABEL_WIDTH } from './widths';

const LIST_WIDTH = 48;
const ID_WIDTH = 30;
/** More names than anyone reads; typing narrows them. */
const MAX_OPTIONS = 500;

const STATE_OPTIONS: Array<ComboboxOption<string>> = STATES.map((state) => ({ label: state, value: state }));

interface Props {
  query: UnjamQuery;
  /** The names of the open jobs. */
  names(): Observable<readonly string[]>;
  onChange(query: UnjamQuery): void;
}

/** Which jobs: by state, name, id, age. Nothing for metrics that are not made from the list of jobs. */
export function FilterFields({ query, names, onChange }: Props) {
  const statesId = useId();
  const namesId = useId();
  const idId = useId();
  const [idDraft, setIdDraft] = useState<string>();
  const nameOptions = useCallback((input: string) => readNames(names, input), [names]);
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
        <InlineField label="States" labelWidth={LABEL_WIDTH} tooltip="None chosen means all open states.">
          <MultiCombobox
            id={statesId}
            width={LIST_WIDTH}
            options={STATE_OPTIONS}
            value={query.states ?? []}
            placeholder="all"
            createCustomValue
            isClearable
            onChange={(options) => onChange({ ...query, states: chosen(options) })}
          />
        </InlineField>
        <NumberInput
          label="Age at least"
          tooltip="Only jobs that have been in their state for this long."
          value={query.minAgeSeconds}
          placeholder={0}
          unit="s"
          min={0}
          onChange={(minAgeSeconds) => onChange({ ...query, minAgeSeconds })}
        />
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label="Job names"
          labelWidth={LABEL_WIDTH}
          tooltip="None chosen means all. Template variables may be written as $name."
        >
          <MultiCombobox
            id={namesId}
            width={LIST_WIDTH}
            options={nameOptions}
            value={(query.jobNames ?? []).map((name) => ({ label: inertName(name), value: name }))}
            placeholder="all"
            createCustomValue
            isClearable
            onChange={(options) => onChange({ ...query, jobNames: chosen(options) })}
          />
        </InlineField>
        <InlineField label="Job id" tooltip="One job, by its whole id.">
          <Input
            id={idId}
            width={ID_WIDTH}
            value={idDraft ?? query.jobId ?? ''}
            placeholder="any"
            onChange={(event) => setIdDraft(event.currentTarget.value)}
            onBlur={commitId}
          />
        </InlineField>
      </InlineFieldRow>
    </>
  );
}

function chosen(options: Array<ComboboxOption<string>>): string[] | undefined {
  return options.length === 0 ? undefined : options.map(({ value }) => value);
}

/** The names that hold what was typed. Where they cannot be read, names can still be written by hand. */
async function readNames(names: Props['names'], input: string): Promise<Array<ComboboxOption<string>>> {
  try {
    const values = await firstValueFrom(names());
    return values
      .filter((name) => name.toLowerCase().includes(input.toLowerCase()))
      .slice(0, MAX_OPTIONS)
      .map((name) => ({ label: inertName(name), value: name }));
  } catch {
    return [];
  }
}
