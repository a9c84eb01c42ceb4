import React from 'react';

import { t } from '../../i18n/text';
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
        label={t('datasource.access.cluster', 'Cluster id')}
        description={t(
          'datasource.access.cluster-why',
          'Names this cluster where several data sources show it: they then share locks and budgets. Without it, the addresses name it.'
        )}
        placeholder={clusterId}
        readOnly={readOnly}
        value={jsonData.clusterId}
        onChange={(value) => change.setting({ clusterId: value })}
      />
      <TextField
        label={t('datasource.access.user', 'User name')}
        description={t('datasource.access.user-why', 'For basic authentication at the coordinator; empty without.')}
        readOnly={readOnly}
        value={jsonData.username}
        onChange={(username) => change.setting({ username })}
      />
      <SecretField
        label={t('datasource.access.password', 'Password')}
        description={t(
          'datasource.access.password-why',
          'Kept encrypted by Grafana, sent to the addresses above only.'
        )}
        readOnly={readOnly}
        isSet={secureJsonFields?.password ?? false}
        value={secureJsonData?.password}
        onChange={(value) => change.secret('password', value)}
        onReset={() => change.resetSecret('password')}
      />
    </>
  );
}
