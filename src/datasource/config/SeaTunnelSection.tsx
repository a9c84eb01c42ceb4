import { FieldSet } from '@grafana/ui';
import React from 'react';

import { checkAddresses, checkTimeZone } from '../checks';
import { DEFAULTS, type ApiVersion, type ForceStopSupport, type SeaTunnelSettings } from '../settings';
import { AccessFields } from './AccessFields';
import { type Changes, type EditorProps } from './change';
import { ChoiceField, LinesField, TextField } from './fields';

const API_VERSIONS: Array<{ label: string; value: ApiVersion; description: string }> = [
  { label: 'Ask', value: 'auto', description: 'Ask the coordinator which it speaks' },
  { label: 'REST v2', value: 'v2', description: 'SeaTunnel 2.3.9 and newer' },
  { label: 'REST v1', value: 'v1', description: 'SeaTunnel 2.3.8 and older, on the Hazelcast port' },
];

const FORCE_STOP: Array<{ label: string; value: ForceStopSupport; description: string }> = [
  { label: 'By version', value: 'auto', description: 'What the version says that it can do' },
  { label: 'Yes', value: 'yes', description: 'The engine was patched, or is a pre-release that has it' },
  { label: 'No', value: 'no', description: 'Never offer it' },
];

interface Props {
  options: EditorProps['options'];
  jsonData: SeaTunnelSettings;
  change: Changes;
}

/** Which SeaTunnel cluster, and how to reach it. */
export function SeaTunnelSection({ options, jsonData, change }: Props) {
  const readOnly = options.readOnly ?? false;
  return (
    <FieldSet label="Coordinator (SeaTunnel Zeta)">
      <LinesField
        label="Master addresses"
        description="One a line. All are asked who is master; reads fail over, actions never do."
        placeholder="http://master-1:8080"
        readOnly={readOnly}
        values={jsonData.urls ?? []}
        problem={checkAddresses(jsonData.urls ?? [], 'of a master')}
        onChange={(urls) => change.setting({ urls })}
      />
      <LinesField
        label="Worker addresses"
        description="Optional, one a line. Workers can prove which jobs they still run. No other address is ever contacted."
        placeholder="http://worker-1:8080"
        readOnly={readOnly}
        values={jsonData.workerUrls ?? []}
        problem={checkAddresses(jsonData.workerUrls ?? [], '')}
        onChange={(workerUrls) => change.setting({ workerUrls })}
      />
      <AccessFields options={options} change={change} clusterId="zeta-production" />
      <ChoiceField
        label="REST version"
        readOnly={readOnly}
        value={jsonData.apiVersion ?? DEFAULTS.apiVersion}
        choices={API_VERSIONS}
        onChange={(apiVersion) => change.setting({ apiVersion })}
      />
      <TextField
        label="Context path"
        description="The path before the coordinator's own, where it is configured with one."
        placeholder="/seatunnel"
        readOnly={readOnly}
        value={jsonData.contextPath}
        onChange={(contextPath) => change.setting({ contextPath })}
      />
      <TextField
        label="Time zone of the coordinator"
        description="The coordinator writes times without a zone; this is the one that they are in."
        placeholder={DEFAULTS.timeZone}
        readOnly={readOnly}
        value={jsonData.timeZone}
        problem={checkTimeZone(jsonData.timeZone)}
        onChange={(timeZone) => change.setting({ timeZone })}
      />
      <ChoiceField
        label="Engine can force-stop"
        description="A wrong Yes makes requests that the engine ignores or takes for a plain cancel."
        readOnly={readOnly}
        value={jsonData.forceStopSupport ?? DEFAULTS.forceStopSupport}
        choices={FORCE_STOP}
        onChange={(forceStopSupport) => change.setting({ forceStopSupport })}
      />
    </FieldSet>
  );
}
