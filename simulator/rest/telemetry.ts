import type { Cluster } from '../domain/cluster.ts';
import { addressOf, type Member } from '../domain/member.ts';
import type { Status } from '../domain/status.ts';
import { masterAddress } from './members.ts';

/** job_count's types and the statuses that they count. 2.3.8 has no "pending". SAVEPOINT_DONE is counted by none. */
const COUNTED: ReadonlyArray<readonly [string, Status]> = [
  ['canceled', 'CANCELED'],
  ['cancelling', 'CANCELING'],
  ['created', 'CREATED'],
  ['pending', 'PENDING'],
  ['failed', 'FAILED'],
  ['failing', 'FAILING'],
  ['finished', 'FINISHED'],
  ['running', 'RUNNING'],
  ['scheduled', 'SCHEDULED'],
];

/** /metrics: what concerns the cluster and its jobs. A real one has 20 kB, mostly about its Java machine. */
export function telemetry(cluster: Cluster, asked: Member): string {
  const lines = [...gauge('node_state', 'Whether is up of seatunnel node ', [[{ address: addressOf(asked) }, 1]])];
  if (asked.name === cluster.activeMaster) {
    const hazelcast = { hazelcastVersion: '5.1' };
    const counts = COUNTED.filter(([type]) => type !== 'pending' || cluster.engine.dialect === '2.3.13').map(
      ([type, status]) => [{ type }, cluster.jobs.count((one) => one === status)] as const
    );
    lines.push(
      ...gauge('job_count', 'All job counts of seatunnel cluster ', counts),
      ...gauge('cluster_info', 'Cluster info', [[{ ...hazelcast, master: masterAddress(cluster, asked) }, 1]]),
      // Its help text says start time; it is the running clock.
      ...gauge('cluster_time', 'Cluster start time', [[hazelcast, cluster.time]]),
      ...gauge('node_count', 'Cluster node total count ', [[{}, cluster.members.filter(({ joined }) => joined).length]])
    );
  }
  return `${lines.join('\n')}\n`;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function gauge(name: string, help: string, samples: readonly Sample[]): string[] {
  const written = samples.map(([labels, value]) => {
    const all = Object.entries({ cluster: 'seatunnel', ...labels }).map(([label, text]) => `${label}="${text}",`);
    return `${name}{${all.join('')}} ${asJava(value)}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...written];
}

/** Java writes doubles of ten million and more with an exponent. */
const EXPONENT_FROM = 1e7;

function asJava(value: number): string {
  if (value < EXPONENT_FROM) {
    return value.toFixed(1);
  }
  const exponent = Math.floor(Math.log10(value));
  return `${value / 10 ** exponent}E${exponent}`;
}
