import type { Cluster } from '../domain/cluster.ts';
import type { Job } from '../domain/job.ts';
import type { Member } from '../domain/member.ts';

const APP_LOADER = 'jdk.internal.loader.ClassLoaders$AppClassLoader@60e53b93';
const JOB_LOADER = 'org.apache.seatunnel.engine.common.loader.SeaTunnelChildFirstClassLoader@1d0fae68';

/** Threads of every member, whatever runs on it; a real one has some seventy more, all of that kind. */
const OF_JAVA = ['Common-Cleaner', 'Finalizer', 'Reference Handler', 'Signal Dispatcher'] as const;
const OF_ENGINE = [
  'Notification Thread',
  'event-forwarder-0',
  'hz.simulated.HealthMonitor',
  'hz.simulated.IO.thread-Acceptor',
  'hz.simulated.IO.thread-in-0',
  'hz.simulated.IO.thread-out-0',
  'hz.simulated.InvocationMonitorThread',
  'hz.simulated.cached.thread-1',
  'hz.simulated.generic-operation.thread-0',
  'hz.simulated.partition-operation.thread-0',
  'hz.simulated.priority-generic-operation.thread-0',
  'hz.simulated.response-0',
  'main',
] as const;

interface Thread {
  readonly name: string;
  readonly loader: string;
}

/** All threads of a member. While a task group runs, a thread names it; the active master coordinates checkpoints. */
function* threadsOf(cluster: Cluster, member: Member): Generator<Thread> {
  if (member.role === 'worker') {
    for (const job of cluster.jobs.open()) {
      yield* taskThreads(cluster, member, job);
    }
    for (const job of cluster.jobs.ended()) {
      yield* taskThreads(cluster, member, job);
    }
  }
  for (const name of OF_JAVA) {
    yield { name, loader: 'null' };
  }
  if (member.name === cluster.activeMaster) {
    for (const job of cluster.jobs.heldOpen().filter(({ threadsOn }) => threadsOn.length > 0)) {
      yield { name: `checkpoint-coordinator-1/${job.id}`, loader: APP_LOADER };
    }
  }
  for (const name of OF_ENGINE) {
    yield { name, loader: APP_LOADER };
  }
}

function* taskThreads(cluster: Cluster, member: Member, job: Job): Generator<Thread> {
  if (!job.threadsOn.includes(member.name)) {
    return;
  }
  // The second group reads and writes: two threads of one name. 2.3.8 numbers it 30000. A job of the bulk has but one
  // thread, so that a worker's answer stays within what a client accepts.
  const second = cluster.engine.dialect === '2.3.8' ? 30_000 : 2;
  const groups = cluster.jobs.bulk?.placeOf(job.id) === undefined ? [1, second, second] : [1];
  for (const group of groups) {
    yield {
      name: `BlockingWorker-TaskGroupLocation{jobId=${job.id}, pipelineId=1, taskGroupId=${group}}`,
      loader: JOB_LOADER,
    };
  }
}

/** /running-threads, one piece a thread. */
export function* runningThreads(cluster: Cluster, member: Member): Generator<string> {
  for (const { name, loader } of threadsOf(cluster, member)) {
    yield JSON.stringify({ threadName: name, classLoader: loader });
  }
}

/** /thread-dump, one piece a thread. */
export function* threadDump(cluster: Cluster, member: Member): Generator<string> {
  let threadId = 1;
  for (const { name } of threadsOf(cluster, member)) {
    yield JSON.stringify({
      threadName: name,
      threadId: threadId++,
      threadState: 'WAITING',
      stackTrace: 'java.base@17.0.15/jdk.internal.misc.Unsafe.park(Native Method)',
    });
  }
}
