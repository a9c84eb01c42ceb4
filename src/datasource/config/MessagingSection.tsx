import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { checkNumber, withRange } from '../checks';
import {
  checkNodes,
  checkPrometheus,
  CLOVERDX_RANGES,
  hasNodeAddresses,
  MESSAGING_DEFAULTS,
  type MessagingSource,
} from '../cloverdx';
import { type CloverDxSettings } from '../settings';
import { type Changes, type EditorProps } from './change';
import { ChoiceField, NumberField, SecretField, SwitchField, TextField } from './fields';
import { NodesField } from './NodesField';

function sources(): Array<{ label: string; value: MessagingSource; description: string }> {
  return [
    {
      label: t('datasource.messaging.none', 'None'),
      value: 'none',
      description: t('datasource.messaging.none-why', 'Event delivery is not exposed; jobs are watched all the same'),
    },
    {
      label: t('datasource.messaging.jolokia', 'Jolokia'),
      value: 'jolokia',
      description: t('datasource.messaging.jolokia-why', "An agent at each node's Core JVM, asked by POST"),
    },
    {
      label: t('datasource.messaging.exporter', 'JMX exporter'),
      value: 'exporter',
      description: t('datasource.messaging.exporter-why', 'The Prometheus JMX exporter at each node'),
    },
    {
      label: t('datasource.messaging.prometheus', 'Prometheus'),
      value: 'prometheus',
      description: t('datasource.messaging.prometheus-why', 'A Prometheus server that scrapes the nodes'),
    },
  ];
}

const NODE_ADDRESSES: Record<MessagingSource, string> = {
  none: '',
  jolokia: 'http://node-1:8778/jolokia',
  exporter: 'http://node-1:9404/metrics',
  prometheus: 'node-1:9404',
};

/** What a value looks like. */
const CHANNEL_EXAMPLE = 'cloverCluster';
const PROMETHEUS_EXAMPLE = 'http://prometheus:9090';

interface Props {
  options: EditorProps['options'];
  jsonData: CloverDxSettings;
  change: Changes;
}

/** Where the figures of event delivery between the nodes come from, and the limits that nothing tells. */
export function MessagingSection({ options, jsonData, change }: Props) {
  const { secureJsonFields, secureJsonData } = options;
  const readOnly = options.readOnly ?? false;
  const messaging = jsonData.messaging ?? {};
  const source = messaging.source ?? MESSAGING_DEFAULTS.source;
  return (
    <FieldSet label={t('datasource.messaging.title', 'Event delivery between the nodes')}>
      <ChoiceField
        label={t('datasource.messaging.source', 'Source of its figures')}
        description={t(
          'datasource.messaging.source-why',
          'CloverDX tells nothing of its event buffers itself; JGroups, its messaging layer, does by JMX where the server registers it.'
        )}
        readOnly={readOnly}
        value={source}
        choices={sources()}
        onChange={(value) => change.messaging({ source: value })}
      />
      {source === 'prometheus' && (
        <TextField
          label={t('datasource.messaging.address', 'Address of Prometheus')}
          placeholder={PROMETHEUS_EXAMPLE}
          readOnly={readOnly}
          value={messaging.prometheusUrl}
          problem={checkPrometheus(messaging)}
          onChange={(prometheusUrl) => change.messaging({ prometheusUrl })}
        />
      )}
      {source !== 'none' && (
        <>
          <NodesField
            nodes={messaging.nodes ?? []}
            place={hasNodeAddresses(source) ? 'url' : 'instance'}
            placeholder={NODE_ADDRESSES[source]}
            readOnly={readOnly}
            problem={checkNodes(messaging)}
            onChange={(nodes) => change.messaging({ nodes })}
          />
          <TextField
            label={t('datasource.messaging.user', 'User name of the source')}
            description={t(
              'datasource.messaging.user-why',
              "For basic authentication there; empty without. It is not the coordinator's."
            )}
            readOnly={readOnly}
            value={messaging.username}
            onChange={(username) => change.messaging({ username })}
          />
          <SecretField
            label={t('datasource.messaging.password', 'Password of the source')}
            description={t(
              'datasource.messaging.password-why',
              'Kept encrypted by Grafana, sent to the addresses of the source only.'
            )}
            readOnly={readOnly}
            isSet={secureJsonFields?.messagingPassword ?? false}
            value={secureJsonData?.messagingPassword}
            onChange={(value) => change.secret('messagingPassword', value)}
            onReset={() => change.resetSecret('messagingPassword')}
          />
          <TextField
            label={t('datasource.messaging.channel', 'Channel')}
            description={t(
              'datasource.messaging.channel-why',
              "JGroups' name of the cluster; empty where a node has only one."
            )}
            placeholder={CHANNEL_EXAMPLE}
            readOnly={readOnly}
            value={messaging.channel}
            onChange={(channel) => change.messaging({ channel })}
          />
          {source === 'jolokia' && (
            <SwitchField
              label={t('datasource.messaging.windows', 'Read windows')}
              description={t(
                'datasource.messaging.windows-why',
                'Lets Unjam call the operation printMessages, which tells exactly what each node lacks of each other. Its policy must allow it; it changes nothing, and prints a line for each member.'
              )}
              readOnly={readOnly}
              value={messaging.windows ?? MESSAGING_DEFAULTS.windows}
              onChange={(windows) => change.messaging({ windows })}
            />
          )}
        </>
      )}
      <NumberField
        label={t('datasource.messaging.limit', 'Limit of the sent events buffer')}
        description={withRange(
          t(
            'datasource.messaging.limit-why',
            'Events a node keeps for retransmission (cluster.jgroups.protocol.NAKACK.gc_lag); used where the node does not tell it.'
          ),
          CLOVERDX_RANGES.sentEventsLimit
        )}
        readOnly={readOnly}
        value={messaging.sentEventsLimit}
        placeholder={MESSAGING_DEFAULTS.sentEventsLimit}
        problem={checkNumber(messaging.sentEventsLimit, CLOVERDX_RANGES.sentEventsLimit)}
        onChange={(sentEventsLimit) => change.messaging({ sentEventsLimit })}
      />
      <NumberField
        label={t('datasource.messaging.bytes', 'Size of an event')}
        description={withRange(
          t('datasource.messaging.bytes-why', "Bytes of heap. CloverDX's manual says 2 kB, its property pages 4 kB."),
          CLOVERDX_RANGES.eventBytes
        )}
        unit="B"
        readOnly={readOnly}
        value={messaging.eventBytes}
        placeholder={MESSAGING_DEFAULTS.eventBytes}
        problem={checkNumber(messaging.eventBytes, CLOVERDX_RANGES.eventBytes)}
        onChange={(eventBytes) => change.messaging({ eventBytes })}
      />
      <NumberField
        label={t('datasource.messaging.timeout', 'Timeout of the inbound events buffer')}
        description={withRange(
          t(
            'datasource.messaging.timeout-why',
            'After this long without a node, the events held for it are released (cluster.jgroups.protocol.NAKACK.xmit_table_obsolete_member_timeout, which is in milliseconds).'
          ),
          CLOVERDX_RANGES.inboundTimeoutSeconds,
          's'
        )}
        unit="s"
        readOnly={readOnly}
        value={messaging.inboundTimeoutSeconds}
        placeholder={MESSAGING_DEFAULTS.inboundTimeoutSeconds}
        problem={checkNumber(messaging.inboundTimeoutSeconds, CLOVERDX_RANGES.inboundTimeoutSeconds)}
        onChange={(inboundTimeoutSeconds) => change.messaging({ inboundTimeoutSeconds })}
      />
      <NumberField
        label={t('datasource.messaging.detection', 'Time to notice a lost node')}
        description={withRange(
          t(
            'datasource.messaging.detection-why',
            'For so long the nodes may still believe that they see each other though the network is gone; what was sent meanwhile counts as sent since the loss.'
          ),
          CLOVERDX_RANGES.detectionSeconds,
          's'
        )}
        unit="s"
        readOnly={readOnly}
        value={messaging.detectionSeconds}
        placeholder={MESSAGING_DEFAULTS.detectionSeconds}
        problem={checkNumber(messaging.detectionSeconds, CLOVERDX_RANGES.detectionSeconds)}
        onChange={(detectionSeconds) => change.messaging({ detectionSeconds })}
      />
    </FieldSet>
  );
}
