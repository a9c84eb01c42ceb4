import {
  CustomVariableSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type QueryEditorProps,
} from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { InlineField, RadioButtonGroup } from '@grafana/ui';
import React from 'react';
import { map, of, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { STATES } from '../model/states';
import { type UnjamQuery } from './query';
import { type CoordinatorSettings } from './settings';

export type VariableField = 'job_names' | 'states' | 'nodes';

/** What a template variable lists. */
export interface VariableQuery extends DataQuery {
  field?: VariableField;
}

function fields(): Array<{ label: string; value: VariableField }> {
  return [
    { label: t('datasource.variable.job-names', 'Job names'), value: 'job_names' },
    { label: t('datasource.variable.states', 'States'), value: 'states' },
    { label: t('datasource.variable.nodes', 'Nodes'), value: 'nodes' },
  ];
}

const DEFAULT_FIELD: VariableField = 'job_names';

/** Template variables: the names of the open jobs, the states, and the nodes between which events are delivered. */
export class CoordinatorVariables extends CustomVariableSupport<
  DataSourceApi<UnjamQuery, CoordinatorSettings>,
  VariableQuery,
  UnjamQuery,
  CoordinatorSettings
> {
  override editor = VariableQueryEditor;

  /** names gives the names of the open jobs, nodes those of the cluster's nodes; each once. */
  constructor(
    private readonly names: () => Observable<readonly string[]>,
    private readonly nodes: () => Observable<readonly string[]>
  ) {
    super();
  }

  // An arrow: Grafana takes the method off the object.
  override query = (request: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> => {
    const field = request.targets[0]?.field ?? DEFAULT_FIELD;
    return this.values(field).pipe(map((list) => ({ data: list.map((value) => ({ text: value, value })) })));
  };

  private values(field: VariableField): Observable<readonly string[]> {
    switch (field) {
      case 'states':
        return of(STATES);
      case 'nodes':
        return this.nodes();
      case 'job_names':
        return this.names();
    }
  }
}

type EditorProps = Pick<
  QueryEditorProps<DataSourceApi<UnjamQuery, CoordinatorSettings>, UnjamQuery, CoordinatorSettings, VariableQuery>,
  'query' | 'onChange'
>;

/** Chooses what a template variable lists. */
export function VariableQueryEditor({ query, onChange }: EditorProps) {
  return (
    <InlineField label={t('datasource.variable.values', 'Values')} labelWidth={16}>
      <RadioButtonGroup
        aria-label={t('datasource.variable.values', 'Values')}
        options={fields()}
        value={query.field ?? DEFAULT_FIELD}
        onChange={(field) => onChange({ ...query, field })}
      />
    </InlineField>
  );
}
