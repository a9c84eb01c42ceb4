import type { Figures, Playback } from '../domain/recording.ts';
import { jgroupsName, uuidOf, type Bean } from './bean.ts';

/** The MBeans of a node as they were recorded. */
export function recordedBeans(playback: Playback, node: string, ms: number): Bean[] {
  const { truth: _truth, ...recorded } = playback.beans(node, ms);
  const beans: Readonly<Record<string, Figures>> =
    playback.generation === 2 ? { ...recorded, GMS: membership(recorded['channel']) } : recorded;
  return Object.entries(beans).map(([protocol, attributes]) => ({
    name: jgroupsName(protocol, playback.channel),
    attributes: { ...constants(playback, node, protocol), ...attributes },
    operations: {},
  }));
}

/** What GMS of JGroups 2 says of the recorded view: "[nodeA|2] [nodeA, nodeB]". */
function membership(channel: Figures | undefined): Figures {
  const [, id = '', members = ''] = /^(\[[^\]]*\]) (\[[^\]]*\])/.exec(String(channel?.['View'] ?? '')) ?? [];
  return { Name: 'GMS', View: id, Members: members, NumMembers: members.split(',').length };
}

/** What is the same all the time, and was not recorded for each second: no process was restarted. */
function constants(playback: Playback, node: string, protocol: string): Figures {
  if (playback.generation === 5) {
    return {};
  }
  switch (protocol) {
    case 'channel':
      return {
        Version: `JGroups ${playback.version}`,
        ClusterName: playback.channel,
        Address: node,
        'Address (UUID)': uuidOf(node, 0),
        Name: node,
      };
    case 'NAKACK':
      return { Name: 'NAKACK', DiscardDeliveredMsgs: false };
    default:
      return {};
  }
}
