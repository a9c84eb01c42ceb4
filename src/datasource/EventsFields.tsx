import { InlineField, InlineFieldRow, Input, MultiCombobox, type ComboboxOption } from '@grafana/ui';
import React, { useCallback, useId, useState } from 'react';
import { type Observable } from 'rxjs';

import { EVENT_KINDS } from '../model/eventKinds';
import { inertName } from '../model/text';
import { chosen, nameOptions } from './nameOptions';
import { NumberInput } from './NumberInput';
import { DEFAULT_EVENTS_LIMIT, MAX_LIMIT, type EventsQuery } from './query';
import { LABEL_WIDTH } from './widths';

const LIST_WIDTH = 48;
const ID_WIDTH = 30;

const KIND_OPTIONS: Array<ComboboxOption<string>> = EVENT_KINDS.map(({ kind, help }) => ({
  label: kind,
  value: kind,
  description: help,
}));

interface Props {
  query: EventsQuery;
  /** The names of the cluster's nodes. */
  names(): Observable<readonly string[]>;
  onChange(query: EventsQuery): void;
}

/** Which events: by kind, node and job, how many. */
export function EventsFields({ query, names, onChange }: Props) {
  const kindsId = useId();
  const nodesId = useId();
  const jobIdId = useId();
  const [idDraft, setIdDraft] = useState<string>();
  const options = useCallback((input: string) => nameOptions(names, input), [names]);
  const commitId = () => {
    if (idDraft !== undefined) {
      setIdDraft(undefined);
      onChange({ ...query, jobId: idDraft.trim() || undefined });
    }
  };
  return (
    <>
      <InlineFieldRow>
        <InlineField label="Kinds" labelWidth={LABEL_WIDTH} tooltip="None chosen means all kinds of events.">
          <MultiCombobox
            id={kindsId}
            width={LIST_WIDTH}
            options={KIND_OPTIONS}
            value={query.kinds ?? []}
            placeholder="all"
            isClearable
            onChange={(list) => onChange({ ...query, kinds: chosen(list) })}
          />
        </InlineField>
        <NumberInput
          label="Limit"
          tooltip={`At most this many events, up to ${MAX_LIMIT}; the newest. That there are more is always told.`}
          value={query.limit}
          placeholder={DEFAULT_EVENTS_LIMIT}
          min={1}
          max={MAX_LIMIT}
          onChange={(limit) => onChange({ ...query, limit })}
        />
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label="Nodes"
          labelWidth={LABEL_WIDTH}
          tooltip="Only what happened to one of these, or between one of them and another. None chosen means all. Template variables may be written as $name."
        >
          <MultiCombobox
            id={nodesId}
            width={LIST_WIDTH}
            options={options}
            value={(query.nodes ?? []).map((name) => ({ label: inertName(name), value: name }))}
            placeholder="all"
            createCustomValue
            isClearable
            onChange={(list) => onChange({ ...query, nodes: chosen(list) })}
          />
        </InlineField>
        <InlineField label="Job id" tooltip="Only what happened to one job, by its whole id.">
          <Input
            id={jobIdId}
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
