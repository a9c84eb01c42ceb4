import React from 'react';

import { type Changes, type EditorProps } from './change';
import { SecretField, TextField } from './fields';

interface Props {
  options: EditorProps['options'];
  change: Changes;
  /** An example of the cluster id. */
  clusterId: string;
}

/** What every kind has beside its addresses: the cluster's name, and the user of the coordinator. */
export function AccessFields({
  options: { jsonData, secureJsonFields, secureJsonData, ...options },
  change,
  clusterId,
}: Props) {
  const readOnly = options.readOnly ?? false;
  return (
    <>
      <TextField
        label="Cluster id"
        description="Names this cluster where several data sources show it: they then share locks and budgets. Without it, the addresses name it."
        placeholder={clusterId}
        readOnly={readOnly}
        value={jsonData.clusterId}
        onChange={(value) => change.setting({ clusterId: value })}
      />
      <TextField
        label="User name"
        description="For basic authentication at the coordinator; empty without."
        readOnly={readOnly}
        value={jsonData.username}
        onChange={(username) => change.setting({ username })}
      />
      <SecretField
        label="Password"
        description="Kept encrypted by Grafana, sent to the addresses above only."
        readOnly={readOnly}
        isSet={secureJsonFields?.password ?? false}
        value={secureJsonData?.password}
        onChange={(value) => change.secret('password', value)}
        onReset={() => change.resetSecret('password')}
      />
    </>
  );
}
