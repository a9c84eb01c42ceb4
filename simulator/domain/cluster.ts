import type { Engine } from './engine.ts';
import type { Job } from './job.ts';
import { Jobs } from './jobs.ts';
import { isHanging, newMember, type Member, type MemberPlace } from './member.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import type { Status } from './status.ts';
import { ZoneFormat } from './zone.ts';

/** Hazelcast's limit as SeaTunnel ships it: so long is a silent member waited for. */
export const NO_HEARTBEAT_MS = 60_000;

export interface ClusterPlan {
  readonly engine: Engine;
  /** Zone of the times in answers; they carry none. */
  readonly zone: string;
  readonly seed: number;
  readonly members: readonly MemberPlace[];
  /** Virtual time at the beginning, epoch ms. */
  readonly start: number;
  readonly noHeartbeatMs: number;
}

/** A new master is taking the jobs over. */
export interface Restore {
  /** Until then reading a job fails at the new master. */
  readonly failsUntil: number;
  /** Who is gone, for the message. */
  readonly lost: Member;
  /** Jobs not yet taken over: they are shown as UNKNOWABLE. */
  readonly waiting: Set<string>;
  /** The same for the bulk, all at once. */
  bulkWaits: boolean;
}

/**
 * The state of a simulated cluster at one virtual time. What happens to it is in lifecycle.ts (jobs) and
 * membership.ts (members); what it answers is in ../rest.
 */
export class Cluster {
  readonly plan: ClusterPlan;
  readonly engine: Engine;
  readonly zone: ZoneFormat;
  readonly random: Random;
  readonly schedule = new Schedule();
  readonly jobs = new Jobs();
  readonly members: readonly Member[];
  /** The active master's name; null while there is none. */
  activeMaster: string | null;
  /** A second member that takes itself for the master (split cluster). */
  secondMaster: string | null = null;
  restore: Restore | null = null;
  /** While true, workers drop the final status of their tasks. */
  losingFinalStatus = false;
  /** The coordinator's known deadlock: stops are accepted without effect, telemetry hangs, no worker is counted. */
  deadlocked = false;
  /** Stops are answered with 200 and do nothing. */
  ignoringStops = false;
  /** By how much the members' clocks are ahead of virtual time, in ms. */
  clockOffMs = 0;
  /** Slots are all taken: submitted jobs wait in PENDING. */
  slotsTaken = false;
  #time: number;
  #nextId: bigint;

  constructor(plan: ClusterPlan) {
    this.plan = plan;
    this.engine = plan.engine;
    this.zone = new ZoneFormat(plan.zone);
    this.random = new Random(plan.seed);
    this.members = plan.members.map((place, i) => newMember(place, plan.seed * 100 + i + 1));
    this.activeMaster = this.members.find(({ role }) => role === 'master')?.name ?? null;
    this.#time = plan.start;
    this.#nextId = FIRST_JOB_ID + BigInt(this.random.whole(1, 1_000_000)) * ID_SPREAD;
  }

  /** Virtual time up to which everything has happened. */
  get time(): number {
    return this.#time;
  }

  /** Lets happen what is due. */
  settle(now: number): void {
    this.schedule.runDue(now, (time) => {
      this.#time = Math.max(this.#time, time);
    });
    this.#time = Math.max(this.#time, now);
  }

  /** Lets something happen `ms` from now. */
  after(ms: number, run: () => void, what = ''): void {
    this.schedule.at(this.#time + ms, what, run);
  }

  /** @throws RangeError if there is no such member */
  member(name: string): Member {
    const member = this.members.find((candidate) => candidate.name === name);
    if (!member) {
      const names = this.members.map((candidate) => candidate.name).join(', ');
      throw new RangeError(`There is no member "${name}". The members are ${names}.`);
    }
    return member;
  }

  /** Workers that the cluster counts. */
  workers(): Member[] {
    return this.members.filter(({ role, joined }) => role === 'worker' && joined);
  }

  /** Workers that can take a job. */
  liveWorkers(): Member[] {
    return this.workers().filter(({ process }) => process === 'alive');
  }

  /** Names of members that the others wait for. */
  hanging(): Set<string> {
    return new Set(this.members.filter(isHanging).map(({ name }) => name));
  }

  /** What the engine says about a job; UNKNOWABLE until a new master has taken it over. */
  statusOf(job: Job): Status {
    const { restore } = this;
    if (restore === null) {
      return job.status;
    }
    const ofBulk = this.jobs.bulk?.placeOf(job.id) !== undefined;
    return restore.waiting.has(job.id) || (ofBulk && restore.bulkWaits) ? 'UNKNOWABLE' : job.status;
  }

  /** A new id: a number above 2^53, as SeaTunnel's are. */
  nextId(): string {
    this.#nextId += ID_SPREAD * BigInt(this.random.whole(1, 8));
    return (this.#nextId + 1n).toString();
  }
}

/** SeaTunnel's ids are snowflakes; these have the size and the odd end of those that were seen. */
const FIRST_JOB_ID = 1_176_900_000_000_000_000n;
const ID_SPREAD = 65_536n;
