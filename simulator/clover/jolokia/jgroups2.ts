import type { CloverCluster } from '../domain/cluster.ts';
import { sequence, type CloverNode, type View } from '../domain/node.ts';
import { CHANNEL, jgroupsName, uuidOf, type Bean } from './bean.ts';

const VERSION = 'JGroups 2.12.3.Final';

/** The MBeans of JGroups 2.12, which CloverDX documents (its own changes are not known). Names and types as captured. */
export function liveBeans2(cluster: CloverCluster, name: string): Bean[] {
  const { messaging } = cluster;
  const node = messaging.node(name);
  const inbound = messaging.links.filter(({ peer }) => peer === node);
  const members = listed(node.view.members);
  const bean = (protocol: string, attributes: Bean['attributes'], operations: Bean['operations'] = {}): Bean => ({
    name: jgroupsName(protocol),
    attributes,
    operations,
  });
  return [
    bean('channel', {
      ReceiveLocalMsgs: true,
      ReceivedBytes: 0,
      ReceivedMessages: sequence(node) + inbound.reduce((sum, { delivered }) => sum + delivered, 0),
      NumMessages: 0,
      'Dynamic MBean Description': 'JGroups channel',
      Address: name,
      Connected: true,
      NumberOfTasksInTimer: 4,
      'Address (UUID)': uuidOf(name, node.epoch),
      View: viewText2(node.view),
      Open: true,
      Name: name,
      SentBytes: sequence(node) * 10,
      Version: VERSION,
      SentMessages: sequence(node),
      Stats: true,
      ReceiveBlocks: false,
      ClusterName: CHANNEL,
      TimerThreads: 2,
    }),
    bean('NAKACK', nakack(cluster, node), { printMessages: () => windows2(cluster, node) }),
    bean('GMS', {
      'Dynamic MBean Description': 'Group membership protocol',
      NumberOfViews: node.view.number,
      Name: 'GMS',
      NumMembers: node.view.members.length,
      LocalAddress: name,
      View: `[${node.view.id}]`,
      Ergonomics: true,
      Stats: true,
      Level: 'off',
      Id: 14,
      Members: members,
    }),
    bean('STABLE', {
      StabilityDelay: 1000,
      'Dynamic MBean Description': 'Computes the broadcast messages that are stable',
      StableTaskRunning: true,
      Name: 'STABLE',
      MaxBytes: 12_000_000,
      Ergonomics: true,
      Stats: true,
      Level: 'off',
      DesiredAvgGossip: 5000,
      Id: 16,
    }),
    bean('FD', {
      LocalAddress: name,
      'Dynamic MBean Description': 'Failure detection based on simple heartbeat protocol',
      MaxTries: 3,
      Timeout: 4000,
      Name: 'FD',
      NumSuspectEventsGenerated: 0,
      Ergonomics: true,
      Stats: true,
      Level: 'off',
      Id: 2,
      PingableMembers: members,
      Members: members,
    }),
  ];
}

/**
 * XmitTableSize counts what was delivered of every member, up to the limit each, and drops when one leaves the view: as
 * measured, and no gauge of the sent events buffer.
 */
function nakack({ messaging }: CloverCluster, node: CloverNode): Bean['attributes'] {
  const inbound = messaging.links.filter(({ peer }) => peer === node);
  const kept = (events: number): number => Math.min(events, messaging.sentLimit);
  const table = inbound
    .filter((link) => node.view.members.includes(link.node.name))
    .reduce((sum, link) => sum + kept(link.delivered) + link.held, kept(sequence(node)));
  const { requestsReceived, responsesSent, requestsSent, responsesReceived } = node.retransmissions;
  return {
    'Dynamic MBean Description': 'Reliable transmission multipoint FIFO protocol',
    DiscardDeliveredMsgs: false,
    Name: 'NAKACK',
    XmitTableNumRows: 5,
    RetransmitTimeouts: [300, 600, 1200, 2400, 4800],
    PendingRetransmissionRequests: inbound.reduce((sum, { missing }) => sum + missing, 0),
    GcLag: messaging.sentLimit,
    XmitReqsReceived: requestsReceived,
    XmitTableSize: table,
    XmitRspsSent: responsesSent,
    CurrentSeqno: sequence(node),
    MissingMsgsReceived: 0,
    Ergonomics: true,
    XmitRspsReceived: responsesReceived,
    Stats: true,
    XmitReqsSent: requestsSent,
    Level: 'off',
    Id: 15,
  };
}

/** "[nodeA|2] [nodeA, nodeB]", also after a merge: measured, the channel does not tell the groups that were merged. */
const viewText2 = ({ id, members }: View): string => `[${id}] ${listed(members)}`;

/**
 * What the operation printMessages says: "sender: [stable : delivered (received) (size=…, missing=…, …)]". Its "missing"
 * is `received − size + 1`, measured, and so counts what was purged, too.
 */
function windows2({ messaging }: CloverCluster, node: CloverNode): string {
  const line = (sender: string, delivered: number, received: number, missing: number): string => {
    const stable = Math.max(0, delivered - messaging.sentLimit);
    const size = received - stable - missing;
    const told = received - size + 1;
    return `${sender}: [${stable} : ${delivered} (${received}) (size=${size}, missing=${told}, highest stability=${stable})]`;
  };
  const own = sequence(node);
  const lines = messaging.links
    .filter(({ peer }) => peer === node)
    .map((link) => line(link.node.name, link.delivered, link.received, link.missing));
  return [`${node.name}:`, ...lines, line(node.name, own, own, 0), ''].join('\n');
}

/** "[nodeA, nodeB]". */
export const listed = (names: readonly string[]): string => `[${names.join(', ')}]`;
