export type Role = 'master' | 'worker';

/** What a member's process does: a frozen one keeps its connections and says nothing. */
export type Process = 'alive' | 'frozen' | 'dead';

/** One process of the simulated cluster. */
export interface Member {
  /** "master-1", "worker-2". */
  readonly name: string;
  readonly role: Role;
  readonly host: string;
  /** The port by which the cluster names the member; REST v1 is served there as well. */
  readonly hazelcastPort: number;
  readonly uuid: string;
  process: Process;
  /** Whether the cluster counts it as a member. A frozen one stays until it is dropped. */
  joined: boolean;
  /** False while nobody can connect to it, though it works. */
  reachable: boolean;
  /** Goes up with each freeze, thaw, death and start: what was scheduled before is void. */
  life: number;
}

/** Where a member is: name and ports are known once its listeners are bound. */
export interface MemberPlace {
  readonly name: string;
  readonly role: Role;
  readonly host: string;
  readonly hazelcastPort: number;
}

/** Makes a live member. The UUID is made of the name, so that runs repeat. */
export function newMember(place: MemberPlace, number: number): Member {
  const tail = number.toString(16).padStart(12, '0');
  return {
    ...place,
    uuid: `5e000000-0000-4000-8000-${tail}`,
    process: 'alive',
    joined: true,
    reachable: true,
    life: 0,
  };
}

/** "127.0.0.1:5801", as the list of members has it. */
export const addressOf = (member: Member): string => `${member.host}:${member.hazelcastPort}`;

/** "[127.0.0.1]:5801", as Hazelcast writes it. */
export const hazelcastAddressOf = (member: Member): string => `[${member.host}]:${member.hazelcastPort}`;

/** Whether the cluster still waits for a member that says nothing. */
export const isHanging = (member: Member): boolean => member.joined && member.process === 'frozen';
