import { FieldSet } from '@grafana/ui';
import React from 'react';

import { checkNumber, describeRange } from '../checks';
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

const SOURCES: Array<{ label: string; value: MessagingSource; description: string }> = [
  { label: 'None', value: 'none', description: 'Event delivery is not exposed; jobs are watched all the same' },
  { label: 'Jolokia', value: 'jolokia', description: "An agent at each node's Core JVM, asked by POST" },
  { label: 'JMX exporter', value: 'exporter', description: 'The Prometheus JMX exporter at each node' },
  { label: 'Prometheus', value: 'prometheus', description: 'A Prometheus server that scrapes the nodes' },
];

const NODE_ADDRESSES: Record<MessagingSource, string> = {
  none: '',
  jolokia: 'http://node-1:8778/jolokia',
  exporter: 'http://node-1:9404/metrics',
  prometheus: 'node-1:9404',
};

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
    <FieldSet label="Event delivery between the nodes">
      <ChoiceField
        label="Source of its figures"
        description="CloverDX tells nothing of its event buffers itself; JGroups, its messaging layer, does by JMX where the server registers it."
        readOnly={readOnly}
        value={source}
        choices={SOURCES}
        onChange={(value) => change.messaging({ source: value })}
      />
      {source === 'prometheus' && (
        <TextField
          label="Address of Prometheus"
          placeholder="http://prometheus:9090"
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
            label="User name of the source"
            description="For basic authentication there; empty without. It is not the coordinator's."
            readOnly={readOnly}
            value={messaging.username}
            onChange={(username) => change.messaging({ username })}
          />
          <SecretField
            label="Password of the source"
            description="Kept encrypted by Grafana, sent to the addresses of the source only."
            readOnly={readOnly}
            isSet={secureJsonFields?.messagingPassword ?? false}
            value={secureJsonData?.messagingPassword}
            onChange={(value) => change.secret('messagingPassword', value)}
            onReset={() => change.resetSecret('messagingPassword')}
          />
          <TextField
            label="Channel"
            description="JGroups' name of the cluster; empty where a node has only one."
            placeholder="cloverCluster"
            readOnly={readOnly}
            value={messaging.channel}
            onChange={(channel) => change.messaging({ channel })}
          />
          {source === 'jolokia' && (
            <SwitchField
              label="Read windows"
              description="Lets Unjam call the operation printMessages, which tells exactly what each node lacks of each other. Its policy must allow it; it changes nothing, and prints a line for each member."
              readOnly={readOnly}
              value={messaging.windows ?? MESSAGING_DEFAULTS.windows}
              onChange={(windows) => change.messaging({ windows })}
            />
          )}
        </>
      )}
      <NumberField
        label="Limit of the sent events buffer"
        description={`Events a node keeps for retransmission (cluster.jgroups.protocol.NAKACK.gc_lag); used where the node does not tell it. ${describeRange(CLOVERDX_RANGES.sentEventsLimit)}.`}
        readOnly={readOnly}
        value={messaging.sentEventsLimit}
        placeholder={MESSAGING_DEFAULTS.sentEventsLimit}
        problem={checkNumber(messaging.sentEventsLimit, CLOVERDX_RANGES.sentEventsLimit)}
        onChange={(sentEventsLimit) => change.messaging({ sentEventsLimit })}
      />
      <NumberField
        label="Size of an event"
        description={`Bytes of heap. CloverDX's manual says 2 kB, its property pages 4 kB. ${describeRange(CLOVERDX_RANGES.eventBytes)}.`}
        unit="B"
        readOnly={readOnly}
        value={messaging.eventBytes}
        placeholder={MESSAGING_DEFAULTS.eventBytes}
        problem={checkNumber(messaging.eventBytes, CLOVERDX_RANGES.eventBytes)}
        onChange={(eventBytes) => change.messaging({ eventBytes })}
      />
      <NumberField
        label="Timeout of the inbound events buffer"
        description={`After this long without a node, the events held for it are released (cluster.jgroups.protocol.NAKACK.xmit_table_obsolete_member_timeout, which is in milliseconds). ${describeRange(CLOVERDX_RANGES.inboundTimeoutSeconds)} s.`}
        unit="s"
        readOnly={readOnly}
        value={messaging.inboundTimeoutSeconds}
        placeholder={MESSAGING_DEFAULTS.inboundTimeoutSeconds}
        problem={checkNumber(messaging.inboundTimeoutSeconds, CLOVERDX_RANGES.inboundTimeoutSeconds)}
        onChange={(inboundTimeoutSeconds) => change.messaging({ inboundTimeoutSeconds })}
      />
      <NumberField
        label="Time to notice a lost node"
        description={`For so long the nodes may still believe that they see each other though the network is gone; what was sent meanwhile counts as sent since the loss. ${describeRange(CLOVERDX_RANGES.detectionSeconds)} s.`}
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
