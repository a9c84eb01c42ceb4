import { t } from '../i18n/text';
import { checkAddress, type Range } from './checks';

export type CloverDxApiChoice = 'auto' | 'rest' | 'simple-http';
export type AbortMethod = 'POST' | 'DELETE' | 'PUT';

/**
 * How CloverDX's server is spoken to. All but `api` and `pageSize` stand for what its documents, as far as they could be
 * read, do not say: the server's own page /clover/api/rest/v1/docs.html does.
 */
export interface CloverDxApi {
  api?: CloverDxApiChoice;
  abortMethod?: AbortMethod;
  /** Below /api/rest/v1; {runId} stands for the run id. */
  abortPath?: string;
  parentField?: string;
  nodeField?: string;
  /** The query of GET /executions that gives the running set. */
  statusFilter?: string;
  pageSize?: number;
}

export type MessagingSource = 'none' | 'jolokia' | 'exporter' | 'prometheus';

/** A node of the cluster, and where its messaging layer is read. */
export interface MessagingNode {
  /** As the cluster itself names the node. */
  name: string;
  /** Of Jolokia, or of the exporter. */
  url?: string;
  /** The value of the label `instance` at the Prometheus server. */
  instance?: string;
}

/** Where the figures of the nodes' messaging layer come from, and its limits. */
export interface Messaging {
  source?: MessagingSource;
  nodes?: MessagingNode[];
  prometheusUrl?: string;
  username?: string;
  /** JGroups' cluster name; absent: the only one. */
  channel?: string;
  /** Whether the operation printMessages may be called. */
  windows?: boolean;
  sentEventsLimit?: number;
  eventBytes?: number;
  inboundTimeoutSeconds?: number;
  /** By how much a node's view of the cluster may lag behind the network. */
  detectionSeconds?: number;
}

/** What the backend uses where a setting is absent. Go has the same (pkg/coordinator/cloverdx). */
export const CLOVERDX_DEFAULTS = {
  api: 'auto',
  abortMethod: 'POST',
  abortPath: '/executions/{runId}/abort',
  parentField: 'parentRunId',
  nodeField: 'node',
  statusFilter: 'status=RUNNING',
  pageSize: 50,
} as const satisfies CloverDxApi;

/** What the backend uses where a setting is absent (pkg/coordinator/jgroups, pkg/delivery). */
export const MESSAGING_DEFAULTS = {
  source: 'none',
  windows: false,
  sentEventsLimit: 10_000,
  eventBytes: 2000,
  inboundTimeoutSeconds: 3600,
  detectionSeconds: 90,
} as const satisfies Messaging;

/** What the backend accepts, both ends included. */
export const CLOVERDX_RANGES = {
  pageSize: [10, 1000],
  sentEventsLimit: [1, 100_000_000],
  eventBytes: [1, 10_000_000],
  inboundTimeoutSeconds: [1, 2_592_000],
  detectionSeconds: [1, 3600],
} as const satisfies Record<string, Range>;

/** Stands for the run id in the path of an abort. */
const RUN_ID = '{runId}';
/** A name in a JSON answer. */
const FIELD_NAME = /^[\w.@-]{1,64}$/;
/** name=value, joined by "&". */
const FILTER = /^[\w.~%-]+=[\w.~%,:+-]*(&[\w.~%-]+=[\w.~%,:+-]*)*$/;

/** What is wrong with the path of an abort, as a sentence; empty when nothing is. An absent one stands for the default. */
export function checkAbortPath(path: string | undefined): string {
  if (path === undefined) {
    return '';
  }
  if (!path.startsWith('/') || path.includes('..') || /[?#\s\\]/.test(path)) {
    return t('datasource.check.no-path', '"{{path}}" is no path below /api/rest/v1. Write it like {{example}}.', {
      path,
      example: CLOVERDX_DEFAULTS.abortPath,
    });
  }
  if (path.toLowerCase().includes('suspend')) {
    return t(
      'datasource.check.suspends',
      '"{{path}}" suspends a server, which aborts everything on it. Write the path that aborts one run.',
      { path }
    );
  }
  if (path.split(RUN_ID).length !== 2) {
    return t(
      'datasource.check.run-id',
      'The path must hold {{place}} once: only one run is ever aborted, by its run id.',
      { place: RUN_ID }
    );
  }
  return '';
}

/** What is wrong with the name of a field in an answer, as a sentence; empty when nothing is. */
export function checkFieldName(name: string | undefined, example: string): string {
  return name === undefined || FIELD_NAME.test(name)
    ? ''
    : t(
        'datasource.check.no-field',
        '"{{name}}" is no name of a field. Write it as it stands in the server\'s answer, like {{example}}.',
        { name, example }
      );
}

/** What is wrong with the two fields beside each other, as a sentence; empty when nothing is. */
export function checkFieldsDiffer({ parentField, nodeField }: CloverDxApi): string {
  const parent = parentField ?? CLOVERDX_DEFAULTS.parentField;
  return parent === (nodeField ?? CLOVERDX_DEFAULTS.nodeField)
    ? t('datasource.check.same-field', '"{{field}}" is written for the parent and for the node. They are two fields.', {
        field: parent,
      })
    : '';
}

/** What is wrong with the filter of the running set, as a sentence; empty when nothing is. */
export function checkStatusFilter(filter: string | undefined): string {
  return filter === undefined || FILTER.test(filter)
    ? ''
    : t('datasource.check.no-filter', '"{{filter}}" is no filter. Write it like {{example}}, without "?".', {
        filter,
        example: CLOVERDX_DEFAULTS.statusFilter,
      });
}

/** Whether each node has an address of its own, rather than one Prometheus server for all. */
export function hasNodeAddresses(source: MessagingSource): boolean {
  return source === 'jolokia' || source === 'exporter';
}

/** What is wrong with the nodes, as one sentence; empty when nothing is. */
export function checkNodes({ source = MESSAGING_DEFAULTS.source, nodes = [] }: Messaging): string {
  if (source === 'none') {
    return '';
  }
  if (nodes.length === 0) {
    return t('datasource.check.no-node', 'Write at least one node. Only what stands here is ever contacted.');
  }
  const withoutName = nodes.findIndex(({ name }) => name === '');
  if (withoutName >= 0) {
    return t(
      'datasource.check.no-name',
      'Node {{number}} has no name. Write the one by which the cluster itself knows it.',
      { number: withoutName + 1 }
    );
  }
  const sameName = duplicate(nodes.map(({ name }) => name));
  if (sameName !== undefined) {
    return t('datasource.check.same-name', 'The node "{{name}}" is written twice.', { name: sameName });
  }
  return hasNodeAddresses(source) ? checkNodeAddresses(nodes) : checkInstances(nodes);
}

function checkNodeAddresses(nodes: MessagingNode[]): string {
  for (const { name, url } of nodes) {
    const wrong = url ? checkAddress(url) : t('datasource.check.node-address', 'It has no address.');
    if (wrong) {
      return t('datasource.check.node', 'Node "{{name}}": {{wrong}}', { name, wrong });
    }
  }
  const same = duplicate(nodes.map(({ url }) => url ?? ''));
  return same === undefined
    ? ''
    : t(
        'datasource.check.same-address',
        '"{{address}}" is written for two nodes. Each node has an address of its own.',
        { address: same }
      );
}

function checkInstances(nodes: MessagingNode[]): string {
  const without = nodes.find(({ instance }) => !instance);
  if (without) {
    return t(
      'datasource.check.no-instance',
      'Node "{{name}}" has no instance. Write the value that its series carry in the label "instance".',
      { name: without.name }
    );
  }
  const same = duplicate(nodes.map(({ instance }) => instance ?? ''));
  return same === undefined
    ? ''
    : t('datasource.check.same-instance', 'The instance "{{instance}}" is written for two nodes.', {
        instance: same,
      });
}

/** What is wrong with the address of the Prometheus server, as a sentence; empty when nothing is. */
export function checkPrometheus({ source, prometheusUrl }: Messaging): string {
  if (source !== 'prometheus') {
    return '';
  }
  return prometheusUrl
    ? checkAddress(prometheusUrl)
    : t('datasource.check.prometheus', 'Write the address of the Prometheus server.');
}

function duplicate(values: string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}
