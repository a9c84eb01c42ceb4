import type { CloverCluster } from '../domain/cluster.ts';
import { sequence, type CloverNode, type View } from '../domain/node.ts';
import { CHANNEL, jgroupsName, uuidOf, type Bean } from './bean.ts';
import { listed } from './jgroups2.ts';

const VERSION = 'JGroups 5.3.16.Final (Zoncolan)';

/** The MBeans of JGroups 5.3: other names, no limit, and counters as texts. Names and types as captured. */
export function liveBeans5(cluster: CloverCluster, name: string): Bean[] {
  const { messaging } = cluster;
  const node = messaging.node(name);
  const bean = (protocol: string, attributes: Bean['attributes'], operations: Bean['operations'] = {}): Bean => ({
    name: jgroupsName(protocol),
    attributes: {
      stats: true,
      level: 'off',
      ergonomics: true,
      policies: null,
      after_creation_hook: null,
      ...attributes,
    },
    operations,
  });
  return [
    {
      name: jgroupsName('channel'),
      attributes: {
        cluster_name: CHANNEL,
        address: name,
        address_uuid: uuidOf(name, node.epoch),
        discard_own_messages: false,
        version: VERSION,
        connected: true,
        view: viewText5(node.view),
        stats: true,
        name,
        closed: false,
        state: 'CONNECTED',
        connecting: false,
        open: true,
      },
      operations: {},
    },
    bean('NAKACK2', nakack2(cluster, node), { 'printMessages()': () => windows5(cluster, node) }),
    bean('GMS', {
      num_views: node.view.number,
      view: viewText5(node.view),
      coord: node.view.members[0] === name,
      view_handler_size: 0,
      leaving: false,
      id: 12,
    }),
    bean('STABLE', {
      stable_task_running: true,
      suspended: false,
      desired_avg_gossip: 5000,
      max_bytes: 4_000_000,
      id: 13,
    }),
    bean('FD_ALL3', {
      timeout_checker_running: true,
      timeout: 12_000,
      running: true,
      num_suspect_events: 0,
      has_suspected_mbrs: false,
      members: `(${node.view.members.length}) ${node.view.members.join(',')}`,
      interval: 3000,
      id: 70,
      suspected_members: '[]',
    }),
  ];
}

function nakack2({ messaging }: CloverCluster, node: CloverNode): Bean['attributes'] {
  const inbound = messaging.links.filter(({ peer }) => peer === node);
  const { requestsReceived, responsesSent, requestsSent, responsesReceived } = node.retransmissions;
  return {
    num_messages_received: sequence(node) + inbound.reduce((sum, { delivered }) => sum + delivered, 0),
    current_seqno: sequence(node),
    num_messages_sent: sequence(node),
    xmit_task_running: true,
    resend_task_running: true,
    id: 41,
    xmit_table_missing_messages: inbound.reduce((sum, { missing }) => sum + missing, 0),
    xmit_table_undelivered_msgs: inbound.reduce((sum, { held }) => sum + held, 0),
    // Allocated rows, not what is in them.
    xmit_table_capacity: 102_400,
    xmit_table_num_rows: 100,
    xmit_interval: 1000,
    xmit_reqs_received: String(requestsReceived),
    xmit_reqs_sent: String(requestsSent),
    xmit_rsps_received: String(responsesReceived),
    xmit_rsps_sent: String(responsesSent),
  };
}

/** "[nodeB|2] (3) [nodeB, nodeC, nodeA]", or that of a merge. */
function viewText5({ id, members, merged }: View): string {
  const part = (one: Pick<View, 'id' | 'members'>): string =>
    `[${one.id}] (${one.members.length}) ${listed(one.members)}`;
  const plain = part({ id, members });
  return merged.length === 0
    ? plain
    : `MergeView::${plain}, ${merged.length} subgroups: ${merged.map((one) => part(one)).join(', ')}`;
}

/** What the operation printMessages() says: "sender: [low | delivered | received] (… elements, … missing)". */
function windows5({ messaging }: CloverCluster, node: CloverNode): string {
  const own = sequence(node);
  const least = Math.min(
    ...messaging.links.filter((link) => link.node === node).map(({ delivered }) => delivered),
    own
  );
  const lines = messaging.links
    .filter(({ peer }) => peer === node)
    .map(
      (link) =>
        `${link.node.name}: [${link.delivered} | ${link.delivered} | ${link.received}] (${link.held} elements, ${link.missing} missing)`
    );
  return [`${node.name}:`, ...lines, `${node.name}: [${least} | ${own} | ${own}] (0 elements, 0 missing)`, ''].join(
    '\n'
  );
}
