import { InlineField, InlineFieldRow, Input, MultiCombobox, type ComboboxOption } from '@grafana/ui';
import React, { useCallback, useId, useMemo, useState } from 'react';
import { type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { EVENT_KINDS, eventHelp } from '../model/eventKinds';
import { inertName } from '../model/text';
import { chosen, nameOptions } from './nameOptions';
import { NumberInput } from './NumberInput';
import { DEFAULT_EVENTS_LIMIT, MAX_LIMIT, type EventsQuery } from './query';
import { LABEL_WIDTH } from './widths';

const LIST_WIDTH = 48;
const ID_WIDTH = 30;

function kindOptions(): Array<ComboboxOption<string>> {
  return EVENT_KINDS.map((kind) => ({ label: kind.kind, value: kind.kind, description: eventHelp(kind) }));
}

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
  const kinds = useMemo(() => kindOptions(), []);
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
        <InlineField
          label={t('datasource.events.kinds', 'Kinds')}
          labelWidth={LABEL_WIDTH}
          tooltip={t('datasource.events.kinds-why', 'None chosen means all kinds of events.')}
        >
          <MultiCombobox
            id={kindsId}
            width={LIST_WIDTH}
            options={kinds}
            value={query.kinds ?? []}
            placeholder={t('datasource.query.all', 'all')}
            isClearable
            onChange={(list) => onChange({ ...query, kinds: chosen(list) })}
          />
        </InlineField>
        <NumberInput
          label={t('datasource.query.limit', 'Limit')}
          tooltip={t(
            'datasource.events.limit-why',
            'At most this many events, up to {{most}}; the newest. That there are more is always told.',
            { most: MAX_LIMIT }
          )}
          value={query.limit}
          placeholder={DEFAULT_EVENTS_LIMIT}
          min={1}
          max={MAX_LIMIT}
          onChange={(limit) => onChange({ ...query, limit })}
        />
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label={t('datasource.events.nodes', 'Nodes')}
          labelWidth={LABEL_WIDTH}
          tooltip={t(
            'datasource.events.nodes-why',
            'Only what happened to one of these, or between one of them and another. None chosen means all. Template variables may be written as $name.'
          )}
        >
          <MultiCombobox
            id={nodesId}
            width={LIST_WIDTH}
            options={options}
            value={(query.nodes ?? []).map((name) => ({ label: inertName(name), value: name }))}
            placeholder={t('datasource.query.all', 'all')}
            createCustomValue
            isClearable
            onChange={(list) => onChange({ ...query, nodes: chosen(list) })}
          />
        </InlineField>
        <InlineField
          label={t('datasource.query.job-id', 'Job id')}
          tooltip={t('datasource.events.job-id-why', 'Only what happened to one job, by its whole id.')}
        >
          <Input
            id={jobIdId}
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
