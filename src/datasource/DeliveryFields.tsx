import { InlineField, InlineFieldRow, InlineSwitch, MultiCombobox } from '@grafana/ui';
import React, { useCallback, useId } from 'react';
import { type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { inertName } from '../model/text';
import { chosen, nameOptions } from './nameOptions';
import { NumberInput } from './NumberInput';
import { DEFAULT_DELIVERY_LIMIT, MAX_LIMIT, type DeliveryQuery } from './query';
import { LABEL_WIDTH } from './widths';

const LIST_WIDTH = 48;

interface Props {
  query: DeliveryQuery;
  /** The names of the cluster's nodes. */
  names(): Observable<readonly string[]>;
  onChange(query: DeliveryQuery): void;
}

/** Which pairs of nodes: by node, those in trouble alone, how many. */
export function DeliveryFields({ query, names, onChange }: Props) {
  const nodesId = useId();
  const lostId = useId();
  const options = useCallback((input: string) => nameOptions(names, input), [names]);
  return (
    <>
      <InlineFieldRow>
        <InlineField
          label={t('datasource.delivery.nodes', 'Nodes')}
          labelWidth={LABEL_WIDTH}
          tooltip={t(
            'datasource.delivery.nodes-why',
            'Pairs of which either end is one of these. None chosen means all. Template variables may be written as $name.'
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
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label={t('datasource.delivery.lost', 'Lost only')}
          labelWidth={LABEL_WIDTH}
          tooltip={t(
            'datasource.delivery.lost-why',
            'Only pairs between which events do not get through, or were lost. For tables; the panel shows the whole matrix.'
          )}
        >
          <InlineSwitch
            id={lostId}
            value={query.lostOnly ?? false}
            onChange={(event) => onChange({ ...query, lostOnly: event.currentTarget.checked })}
          />
        </InlineField>
        <NumberInput
          label={t('datasource.query.limit', 'Limit')}
          tooltip={t(
            'datasource.delivery.limit-why',
            'At most this many pairs, up to {{most}}; those with the earliest deadline first. How many match in all is always told.',
            { most: MAX_LIMIT }
          )}
          value={query.limit}
          placeholder={DEFAULT_DELIVERY_LIMIT}
          min={1}
          max={MAX_LIMIT}
          onChange={(limit) => onChange({ ...query, limit })}
        />
      </InlineFieldRow>
    </>
  );
}
