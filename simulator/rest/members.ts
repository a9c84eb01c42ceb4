import type { Cluster } from '../domain/cluster.ts';
import { addressOf, hazelcastAddressOf, isHanging, type Member } from '../domain/member.ts';
import { randomOf } from '../domain/random.ts';
import type { Json } from './answer.ts';

/** Queues that are empty in a healthy member; each is a field of its own. */
const ZERO_BEFORE = [
  'event.q.size',
  'executor.q.async.size',
  'executor.q.client.size',
  'executor.q.client.query.size',
  'executor.q.client.blocking.size',
  'executor.q.query.size',
  'executor.q.scheduled.size',
  'executor.q.io.size',
  'executor.q.system.size',
  'executor.q.operations.size',
  'executor.q.priorityOperation.size',
] as const;
const ZERO_AFTER = [
  'executor.q.mapLoad.size',
  'executor.q.mapLoadAllKeys.size',
  'executor.q.cluster.size',
  'executor.q.response.size',
] as const;

/** /system-monitoring-information: a row a member, all values strings. */
export function memberRows(cluster: Cluster, asked: Member): Json {
  return cluster.members.filter(({ joined }) => joined).map((member) => row(cluster, member, asked));
}

/** In a split cluster the second master takes itself for it. */
function isMasterFor(cluster: Cluster, member: Member, asked: Member): boolean {
  const master = cluster.secondMaster === asked.name ? asked.name : cluster.activeMaster;
  return member.name === master;
}

function row(cluster: Cluster, member: Member, asked: Member): Json {
  const minute = Math.floor((cluster.time - cluster.plan.start) / 60_000);
  const chance = (salt: number): number => randomOf(cluster.plan.seed + member.hazelcastPort * 16 + salt, minute);
  const totalMb = 124.1;
  const maxMb = 185.6;
  const usedMb = 28 + chance(1) * 40;
  const seconds = Math.floor((cluster.time - cluster.plan.start) / 1000);
  const zeros = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, '0']));
  return {
    isMaster: String(isMasterFor(cluster, member, asked)),
    host: member.host,
    port: String(member.hazelcastPort),
    processors: '2',
    'physical.memory.total': '23.5G',
    'physical.memory.free': `${(15 + chance(2) * 4).toFixed(1)}G`,
    'swap.space.total': '0',
    'swap.space.free': '0',
    'heap.memory.used': `${usedMb.toFixed(1)}M`,
    'heap.memory.free': `${(totalMb - usedMb).toFixed(1)}M`,
    'heap.memory.total': `${totalMb}M`,
    'heap.memory.max': `${maxMb}M`,
    'heap.memory.used/total': percent(usedMb / totalMb),
    'heap.memory.used/max': percent(usedMb / maxMb),
    'minor.gc.count': String(9 + minute),
    'minor.gc.time': `${152 + minute * 4}ms`,
    'major.gc.count': '2',
    'major.gc.time': '91ms',
    'load.process': percent(chance(3) / 5),
    'load.system': percent(chance(4) / 2),
    'load.systemAverage': (chance(5) * 2).toFixed(2),
    'thread.count': String(71 + Math.floor(chance(6) * 20)),
    'thread.peakCount': '95',
    'cluster.timeDiff': member.name === cluster.activeMaster ? '0' : String(-Math.floor(chance(7) * 3)),
    ...zeros(ZERO_BEFORE),
    'operations.completed.count': String(1_244 + seconds * 30),
    ...zeros(ZERO_AFTER),
    'operations.running.count': '1',
    'operations.pending.invocations.percentage': '0.00%',
    'operations.pending.invocations.count': '0',
    'proxy.count': '12',
    'clientEndpoint.count': '0',
    'connection.active.count': String(cluster.members.length - 1),
    'client.connection.count': '0',
    'connection.count': '1',
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

/** Whether a request that asks every member has to wait for one. */
export const asksInVain = (cluster: Cluster): boolean => cluster.members.some(isHanging);

/** Hazelcast's own /hazelcast/rest/cluster; the first member that is not "lite" is the active master. */
export function hazelcastMembers(cluster: Cluster, asked: Member): Json {
  const joined = cluster.members.filter((member) => member.joined);
  const first = (member: Member): number => (member.name === cluster.activeMaster ? 0 : 1);
  return {
    members: joined
      .sort((one, other) => first(one) - first(other))
      .map((member) => ({
        address: hazelcastAddressOf(member),
        liteMember: member.role === 'worker',
        localMember: member === asked,
        uuid: member.uuid,
        memberVersion: '5.1.0',
      })),
    connectionCount: 1,
    allConnectionCount: joined.length,
  };
}

/** What a call says that was waiting for a member when it was dropped. */
export const memberLeft = (member: Member): string =>
  `com.hazelcast.core.MemberLeftException: Member ${hazelcastAddressOf(member)} - ${member.uuid} [${member.role} node] ` +
  'has left cluster!\n\tat com.hazelcast.spi.impl.operationservice.impl.InvocationMonitor$OnMemberLeftTask' +
  '.onTargetLoss(InvocationMonitor.java:429)';

/** The active master's address for the telemetry; the asked member's when there is none. */
export function masterAddress(cluster: Cluster, asked: Member): string {
  return addressOf(cluster.activeMaster === null ? asked : cluster.member(cluster.activeMaster));
}
