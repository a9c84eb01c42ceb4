import { Alert, FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { checkAddresses, checkNumber, withRange } from '../checks';
import {
  checkAbortPath,
  checkFieldName,
  checkFieldsDiffer,
  checkStatusFilter,
  CLOVERDX_DEFAULTS,
  CLOVERDX_RANGES,
  type AbortMethod,
  type CloverDxApiChoice,
} from '../cloverdx';
import { type CloverDxSettings } from '../settings';
import { AccessFields } from './AccessFields';
import { type Changes, type EditorProps } from './change';
import { ChoiceField, LinesField, NumberField, TextField } from './fields';

function apis(): Array<{ label: string; value: CloverDxApiChoice; description: string }> {
  return [
    {
      label: t('datasource.cloverdx.ask', 'Ask'),
      value: 'auto',
      description: t('datasource.cloverdx.ask-why', 'REST where the server has it, else the simple HTTP API'),
    },
    {
      label: t('datasource.cloverdx.rest', 'REST'),
      value: 'rest',
      description: t('datasource.cloverdx.rest-why', 'Below /api/rest/v1'),
    },
    {
      label: t('datasource.cloverdx.simple', 'Simple HTTP'),
      value: 'simple-http',
      description: t('datasource.cloverdx.simple-why', 'Deprecated; off in CloverDX 7 unless http.api.enabled is true'),
    },
  ];
}

const METHODS: Array<{ label: string; value: AbortMethod }> = [
  { label: 'POST', value: 'POST' },
  { label: 'DELETE', value: 'DELETE' },
  { label: 'PUT', value: 'PUT' },
];

/** What a value looks like. */
const SERVER_EXAMPLE = 'http://node-1:8080/clover';

interface Props {
  options: EditorProps['options'];
  jsonData: CloverDxSettings;
  change: Changes;
}

/** Which CloverDX cluster, and how to reach it. */
export function CloverDxSection({ options, jsonData, change }: Props) {
  const readOnly = options.readOnly ?? false;
  const api = jsonData.cloverdx ?? {};
  return (
    <>
      <FieldSet label={t('datasource.cloverdx.title', 'Coordinator (CloverDX Server)')}>
        <LinesField
          label={t('datasource.cloverdx.addresses', 'Server addresses')}
          description={t(
            'datasource.cloverdx.addresses-why',
            'One a line, a node each, with the context path. All are one cluster: the first that answers is read.'
          )}
          placeholder={SERVER_EXAMPLE}
          readOnly={readOnly}
          values={jsonData.urls ?? []}
          problem={checkAddresses(
            jsonData.urls ?? [],
            t('datasource.cloverdx.no-address', 'Write at least one address of a server node.')
          )}
          onChange={(urls) => change.setting({ urls })}
        />
        <AccessFields options={options} change={change} clusterId="clover-production" />
        <ChoiceField
          label={t('datasource.cloverdx.api', 'API')}
          description={t('datasource.cloverdx.api-why', 'Which one is used is shown in the health check.')}
          readOnly={readOnly}
          value={api.api ?? CLOVERDX_DEFAULTS.api}
          choices={apis()}
          onChange={(value) => change.cloverdx({ api: value })}
        />
        <NumberField
          label={t('datasource.cloverdx.page', 'Page size')}
          description={withRange(
            t('datasource.cloverdx.page-why', 'How many executions one request reads.'),
            CLOVERDX_RANGES.pageSize
          )}
          readOnly={readOnly}
          value={api.pageSize}
          placeholder={CLOVERDX_DEFAULTS.pageSize}
          problem={checkNumber(api.pageSize, CLOVERDX_RANGES.pageSize)}
          onChange={(pageSize) => change.cloverdx({ pageSize })}
        />
      </FieldSet>
      <UnverifiedFields readOnly={readOnly} jsonData={jsonData} change={change} />
    </>
  );
}

/** What stands in no document of CloverDX that could be read. */
function UnverifiedFields({ readOnly, jsonData, change }: { readOnly: boolean } & Pick<Props, 'jsonData' | 'change'>) {
  const api = jsonData.cloverdx ?? {};
  return (
    <FieldSet label={t('datasource.cloverdx.unverified', 'CloverDX REST API: not verified')}>
      <Alert severity="info" title={t('datasource.cloverdx.compare', 'Compare these with your server')}>
        {t(
          'datasource.cloverdx.compare-why',
          "CloverDX's public documents do not say them, so the defaults are guesses. Your server does: open /clover/api/rest/v1/docs.html there. While one is wrong, what depends on it is said to be not known; nothing is made up. They do not matter to the simple HTTP API."
        )}
      </Alert>
      <TextField
        label={t('datasource.cloverdx.filter', 'Filter of running executions (not verified)')}
        description={t(
          'datasource.cloverdx.filter-why',
          'The query of GET /executions that gives what runs. Without it, the whole history would have to be read, which is never done.'
        )}
        placeholder={CLOVERDX_DEFAULTS.statusFilter}
        readOnly={readOnly}
        value={api.statusFilter}
        problem={checkStatusFilter(api.statusFilter)}
        onChange={(statusFilter) => change.cloverdx({ statusFilter })}
      />
      <TextField
        label={t('datasource.cloverdx.parent', 'Field of the parent (not verified)')}
        description={t(
          'datasource.cloverdx.parent-why',
          "The field of an execution that holds its parent's run id. Without it, stuck parents are not found; event delivery is shown all the same."
        )}
        placeholder={CLOVERDX_DEFAULTS.parentField}
        readOnly={readOnly}
        value={api.parentField}
        problem={checkFieldName(api.parentField, CLOVERDX_DEFAULTS.parentField)}
        onChange={(parentField) => change.cloverdx({ parentField })}
      />
      <TextField
        label={t('datasource.cloverdx.node', 'Field of the node (not verified)')}
        description={t(
          'datasource.cloverdx.node-why',
          'The field of an execution that names the node on which it runs.'
        )}
        placeholder={CLOVERDX_DEFAULTS.nodeField}
        readOnly={readOnly}
        value={api.nodeField}
        problem={checkFieldName(api.nodeField, CLOVERDX_DEFAULTS.nodeField) || checkFieldsDiffer(api)}
        onChange={(nodeField) => change.cloverdx({ nodeField })}
      />
      <ChoiceField
        label={t('datasource.cloverdx.method', 'Method of an abort (not verified)')}
        readOnly={readOnly}
        value={api.abortMethod ?? CLOVERDX_DEFAULTS.abortMethod}
        choices={METHODS}
        onChange={(abortMethod) => change.cloverdx({ abortMethod })}
      />
      <TextField
        label={t('datasource.cloverdx.path', 'Path of an abort (not verified)')}
        description={t(
          'datasource.cloverdx.path-why',
          'Below /api/rest/v1, with {runId} where the run id stands. Try it on a job that nobody needs before you allow actions.'
        )}
        placeholder={CLOVERDX_DEFAULTS.abortPath}
        readOnly={readOnly}
        value={api.abortPath}
        problem={checkAbortPath(api.abortPath)}
        onChange={(abortPath) => change.cloverdx({ abortPath })}
      />
    </FieldSet>
  );
}
