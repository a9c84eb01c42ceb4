import type { CloverCluster } from '../domain/cluster.ts';
import type { Figure } from '../domain/recording.ts';
import { liveBeans2 } from './jgroups2.ts';
import { liveBeans5 } from './jgroups5.ts';
import { recordedBeans } from './recorded.ts';
import { canonical, parseName } from './object-name.ts';

/** An MBean as a node's server has it. */
export interface Bean {
  /** Canonical name. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, Figure>>;
  readonly operations: Readonly<Record<string, () => Figure>>;
}

/** JGroups' name of the cluster. */
export const CHANNEL = 'cloverCluster';

/** The name of a protocol's MBean, or of the channel's. */
export function jgroupsName(protocol: string, channel = CHANNEL): string {
  return protocol === 'channel'
    ? `jgroups:cluster="${channel}",type=channel`
    : `jgroups:cluster="${channel}",protocol=${protocol},type=protocol`;
}

/** A member's UUID: another one for each start of its process. */
export function uuidOf(node: string, epoch: number): string {
  const digits = [...`${node}#${epoch}`]
    .reduce((sum, letter) => (sum * 131n + BigInt(letter.charCodeAt(0))) % 2n ** 128n, 2n ** 127n + 11n)
    .toString(16)
    .padStart(32, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The MBeans of a node, as a client with a reader's rights sees them. */
export function beansOf(cluster: CloverCluster, node: string): Bean[] {
  return [runtimeBean(cluster, node), ...(cluster.switches.mbeans ? jgroupsBeans(cluster, node) : [])];
}

function jgroupsBeans(cluster: CloverCluster, node: string): Bean[] {
  if (cluster.plan.playback) {
    return recordedBeans(cluster.plan.playback, node, cluster.time - cluster.plan.start);
  }
  return cluster.generation === 2 ? liveBeans2(cluster, node) : liveBeans5(cluster, node);
}

function runtimeBean(cluster: CloverCluster, node: string): Bean {
  const { startedAt } = cluster.messaging.node(node);
  return {
    name: canonical(parseName('java.lang:type=Runtime')),
    attributes: {
      StartTime: startedAt,
      Uptime: cluster.time - startedAt,
      VmName: 'OpenJDK 64-Bit Server VM',
      SpecVersion: '17',
    },
    operations: {},
  };
}
