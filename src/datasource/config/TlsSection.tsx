import { FieldSet } from '@grafana/ui';
import React from 'react';

import { type CoordinatorSecrets } from '../settings';
import { type Changes, type EditorProps } from './change';
import { SecretField, TextField } from './fields';

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

const CERTIFICATES: Array<{ name: keyof CoordinatorSecrets; label: string; description: string; begins: string }> = [
  {
    name: 'tlsCACert',
    label: 'CA certificate',
    description: "PEM. Demanded where the coordinator's certificate is signed by an authority of your own.",
    begins: '-----BEGIN CERTIFICATE-----',
  },
  {
    name: 'tlsClientCert',
    label: 'Client certificate',
    description: 'PEM. Only where the coordinator demands one; together with its key.',
    begins: '-----BEGIN CERTIFICATE-----',
  },
  {
    name: 'tlsClientKey',
    label: 'Client key',
    description: "PEM. The client certificate's key.",
    begins: '-----BEGIN PRIVATE KEY-----',
  },
];

/** TLS for https addresses. A certificate is always checked; there is no switch to skip that. */
export function TlsSection({ options, change }: Props) {
  const readOnly = options.readOnly ?? false;
  return (
    <FieldSet label="TLS">
      <TextField
        label="Server name"
        description="The name in the coordinator's certificate, where it is not the one in the address."
        readOnly={readOnly}
        value={options.jsonData.tlsServerName}
        onChange={(tlsServerName) => change.setting({ tlsServerName })}
      />
      {CERTIFICATES.map(({ name, label, description, begins }) => (
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
