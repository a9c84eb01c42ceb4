import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { checkAddresses, checkTimeZone } from '../checks';
import { DEFAULTS, type ApiVersion, type ForceStopSupport, type SeaTunnelSettings } from '../settings';
import { AccessFields } from './AccessFields';
import { type Changes, type EditorProps } from './change';
import { ChoiceField, LinesField, TextField } from './fields';

function apiVersions(): Array<{ label: string; value: ApiVersion; description: string }> {
  return [
    {
      label: t('datasource.seatunnel.ask', 'Ask'),
      value: 'auto',
      description: t('datasource.seatunnel.ask-why', 'Ask the coordinator which it speaks'),
    },
    {
      label: t('datasource.seatunnel.v2', 'REST v2'),
      value: 'v2',
      description: t('datasource.seatunnel.v2-why', 'SeaTunnel 2.3.9 and newer'),
    },
    {
      label: t('datasource.seatunnel.v1', 'REST v1'),
      value: 'v1',
      description: t('datasource.seatunnel.v1-why', 'SeaTunnel 2.3.8 and older, on the Hazelcast port'),
    },
  ];
}

function forceStopChoices(): Array<{ label: string; value: ForceStopSupport; description: string }> {
  return [
    {
      label: t('datasource.seatunnel.by-version', 'By version'),
      value: 'auto',
      description: t('datasource.seatunnel.by-version-why', 'What the version says that it can do'),
    },
    {
      label: t('datasource.seatunnel.yes', 'Yes'),
      value: 'yes',
      description: t('datasource.seatunnel.yes-why', 'The engine was patched, or is a pre-release that has it'),
    },
    {
      label: t('datasource.seatunnel.no', 'No'),
      value: 'no',
      description: t('datasource.seatunnel.no-why', 'Never offer it'),
    },
  ];
}

/** What a value looks like. */
const MASTER_EXAMPLE = 'http://master-1:8080';
const PATH_EXAMPLE = '/seatunnel';
const WORKER_EXAMPLE = 'http://worker-1:8080';

interface Props {
  options: EditorProps['options'];
  jsonData: SeaTunnelSettings;
  change: Changes;
}

/** Which SeaTunnel cluster, and how to reach it. */
export function SeaTunnelSection({ options, jsonData, change }: Props) {
  const readOnly = options.readOnly ?? false;
  return (
    <FieldSet label={t('datasource.seatunnel.title', 'Coordinator (SeaTunnel Zeta)')}>
      <LinesField
        label={t('datasource.seatunnel.masters', 'Master addresses')}
        description={t(
          'datasource.seatunnel.masters-why',
          'One a line. All are asked who is master; reads fail over, actions never do.'
        )}
        placeholder={MASTER_EXAMPLE}
        readOnly={readOnly}
        values={jsonData.urls ?? []}
        problem={checkAddresses(
          jsonData.urls ?? [],
          t('datasource.seatunnel.no-address', 'Write at least one address of a master.')
        )}
        onChange={(urls) => change.setting({ urls })}
      />
      <LinesField
        label={t('datasource.seatunnel.workers', 'Worker addresses')}
        description={t(
          'datasource.seatunnel.workers-why',
          'Optional, one a line. Workers can prove which jobs they still run. No other address is ever contacted.'
        )}
        placeholder={WORKER_EXAMPLE}
        readOnly={readOnly}
        values={jsonData.workerUrls ?? []}
        problem={checkAddresses(jsonData.workerUrls ?? [], '')}
        onChange={(workerUrls) => change.setting({ workerUrls })}
      />
      <AccessFields options={options} change={change} clusterId="zeta-production" />
      <ChoiceField
        label={t('datasource.seatunnel.version', 'REST version')}
        readOnly={readOnly}
        value={jsonData.apiVersion ?? DEFAULTS.apiVersion}
        choices={apiVersions()}
        onChange={(apiVersion) => change.setting({ apiVersion })}
      />
      <TextField
        label={t('datasource.seatunnel.path', 'Context path')}
        description={t(
          'datasource.seatunnel.path-why',
          "The path before the coordinator's own, where it is configured with one."
        )}
        placeholder={PATH_EXAMPLE}
        readOnly={readOnly}
        value={jsonData.contextPath}
        onChange={(contextPath) => change.setting({ contextPath })}
      />
      <TextField
        label={t('datasource.seatunnel.time-zone', 'Time zone of the coordinator')}
        description={t(
          'datasource.seatunnel.time-zone-why',
          'The coordinator writes times without a zone; this is the one that they are in.'
        )}
        placeholder={DEFAULTS.timeZone}
        readOnly={readOnly}
        value={jsonData.timeZone}
        problem={checkTimeZone(jsonData.timeZone)}
        onChange={(timeZone) => change.setting({ timeZone })}
      />
      <ChoiceField
        label={t('datasource.seatunnel.force-stop', 'Engine can force-stop')}
        description={t(
          'datasource.seatunnel.force-stop-why',
          'A wrong Yes makes requests that the engine ignores or takes for a plain cancel.'
        )}
        readOnly={readOnly}
        value={jsonData.forceStopSupport ?? DEFAULTS.forceStopSupport}
        choices={forceStopChoices()}
        onChange={(forceStopSupport) => change.setting({ forceStopSupport })}
      />
    </FieldSet>
  );
}
