import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { type CoordinatorSecrets } from '../settings';
import { type Changes, type EditorProps } from './change';
import { SecretField, TextField } from './fields';

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

interface Certificate {
  name: keyof CoordinatorSecrets;
  label: string;
  description: string;
  begins: string;
}

function certificates(): Certificate[] {
  return [
    {
      name: 'tlsCACert',
      label: t('datasource.tls.ca', 'CA certificate'),
      description: t(
        'datasource.tls.ca-why',
        "PEM. Demanded where the coordinator's certificate is signed by an authority of your own."
      ),
      begins: '-----BEGIN CERTIFICATE-----',
    },
    {
      name: 'tlsClientCert',
      label: t('datasource.tls.client', 'Client certificate'),
      description: t(
        'datasource.tls.client-why',
        'PEM. Only where the coordinator demands one; together with its key.'
      ),
      begins: '-----BEGIN CERTIFICATE-----',
    },
    {
      name: 'tlsClientKey',
      label: t('datasource.tls.key', 'Client key'),
      description: t('datasource.tls.key-why', "PEM. The client certificate's key."),
      begins: '-----BEGIN PRIVATE KEY-----',
    },
  ];
}

/** TLS for https addresses. A certificate is always checked; there is no switch to skip that. */
export function TlsSection({ options, change }: Props) {
  const readOnly = options.readOnly ?? false;
  return (
    <FieldSet label={t('datasource.tls.title', 'TLS')}>
      <TextField
        label={t('datasource.tls.server', 'Server name')}
        description={t(
          'datasource.tls.server-why',
          "The name in the coordinator's certificate, where it is not the one in the address."
        )}
        readOnly={readOnly}
        value={options.jsonData.tlsServerName}
        onChange={(tlsServerName) => change.setting({ tlsServerName })}
      />
      {certificates().map(({ name, label, description, begins }) => (
        <SecretField
          key={name}
          label={label}
          description={description}
          multiline
          placeholder={begins}
          readOnly={readOnly}
          isSet={options.secureJsonFields?.[name] ?? false}
          value={options.secureJsonData?.[name]}
          onChange={(value) => change.secret(name, value)}
          onReset={() => change.resetSecret(name)}
        />
      ))}
    </FieldSet>
  );
}
