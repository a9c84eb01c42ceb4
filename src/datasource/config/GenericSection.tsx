import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { checkAddresses } from '../checks';
import { AccessFields } from './AccessFields';
import { type Changes, type EditorProps } from './change';
import { LinesField, SecretField } from './fields';

/** What a value looks like. */
const ADDRESS_EXAMPLE = 'https://coordinator.example/coordinator/v1';

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** A coordinator of one's own, and how to reach it. */
export function GenericSection({ options, change }: Props) {
  const { jsonData, secureJsonFields, secureJsonData } = options;
  const readOnly = options.readOnly ?? false;
  return (
    <FieldSet label={t('datasource.generic.title', 'Coordinator (contract/coordinator.yaml)')}>
      <LinesField
        label={t('datasource.generic.addresses', 'Addresses')}
        description={t(
          'datasource.generic.addresses-why',
          "One a line: the base under which the contract's routes are. The first that answers is read; an act goes to that one and never to another."
        )}
        placeholder={ADDRESS_EXAMPLE}
        readOnly={readOnly}
        values={jsonData.urls ?? []}
        problem={checkAddresses(
          jsonData.urls ?? [],
          t('datasource.generic.no-address', 'Write at least one address of the coordinator.')
        )}
        onChange={(urls) => change.setting({ urls })}
      />
      <AccessFields options={options} change={change} clusterId="billing-jobs" />
      <SecretField
        label={t('datasource.generic.token', 'Token')}
        description={t(
          'datasource.generic.token-why',
          'Sent as a bearer token, in the place of user name and password. Kept encrypted by Grafana.'
        )}
        readOnly={readOnly}
        isSet={secureJsonFields?.token ?? false}
        value={secureJsonData?.token}
        onChange={(value) => change.secret('token', value)}
        onReset={() => change.resetSecret('token')}
      />
    </FieldSet>
  );
}
