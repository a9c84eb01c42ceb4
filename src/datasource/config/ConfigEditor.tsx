import { Alert, Button } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { openProxyFields } from '../../model/proxy';
import { closeProxy, proxyDanger } from '../proxy';
import { ActionsSection } from './ActionsSection';
import { changes, type Changes, type EditorProps } from './change';
import { CloverDxSection } from './CloverDxSection';
import { DetectionSection } from './DetectionSection';
import { GenericSection } from './GenericSection';
import { KindSection } from './KindSection';
import { MessagingSection } from './MessagingSection';
import { PollingSection } from './PollingSection';
import { SeaTunnelSection } from './SeaTunnelSection';
import { TlsSection } from './TlsSection';
import { UiSection } from './UiSection';

/** The data source's settings. It never writes into the fields that Grafana's own proxy uses; see ProxyWarning. */
export function ConfigEditor(props: EditorProps) {
  const { options } = props;
  const change = changes(props);
  return (
    <>
      <ProxyWarning {...props} />
      <KindSection options={options} change={change} />
      <Connection options={options} change={change} />
      <TlsSection options={options} change={change} />
      <PollingSection options={options} change={change} />
      <DetectionSection options={options} change={change} />
      <ActionsSection options={options} change={change} />
      <UiSection options={options} change={change} />
    </>
  );
}

/** Which coordinator, and how to reach it. */
function Connection({ options, change }: { options: EditorProps['options']; change: Changes }) {
  const { jsonData } = options;
  switch (jsonData.kind) {
    case 'cloverdx':
      return (
        <>
          <CloverDxSection options={options} jsonData={jsonData} change={change} />
          <MessagingSection options={options} jsonData={jsonData} change={change} />
        </>
      );
    case 'generic':
      return <GenericSection options={options} change={change} />;
    default:
      return <SeaTunnelSection options={options} jsonData={jsonData} change={change} />;
  }
}

/** Shown while something stands in the fields that open Grafana's proxy, with the way to clear them. */
function ProxyWarning({ options, onOptionsChange }: EditorProps) {
  const fields = openProxyFields(options);
  if (fields.length === 0) {
    return null;
  }
  return (
    <Alert
      severity="error"
      title={t('datasource.proxy.title', 'This data source has values in {{fields}}', { fields: fields.join(', ') })}
    >
      <p>
        {proxyDanger()}{' '}
        {t(
          'datasource.proxy.refuses',
          'Unjam uses none of these fields, and refuses to cancel or force-stop anything while they are set.'
        )}
      </p>
      {options.readOnly ? (
        <p>{t('datasource.proxy.provisioned', 'This data source is provisioned: remove them from its file.')}</p>
      ) : (
        <Button variant="destructive" size="sm" onClick={() => onOptionsChange(closeProxy(options))}>
          {t('datasource.proxy.clear', 'Clear these fields')}
        </Button>
      )}
    </Alert>
  );
}
