import { applyWire, type Wire, type WireFault } from '../../domain/wire.ts';
import type { CloverCluster } from './cluster.ts';
import { isOver, type Execution } from './execution.ts';

/** What can be made to go wrong in a simulated CloverDX cluster, and what somebody can do to its runs. */
export type CloverFault =
  /** The network between a node and all others; `http`: clients do not reach it either. `seconds`: then it returns. */
  | {
      readonly kind: 'cut';
      readonly node: string;
      readonly on: boolean;
      readonly http?: boolean;
      readonly seconds?: number;
    }
  | { readonly kind: 'freeze' | 'thaw' | 'kill' | 'start' | 'restart'; readonly node: string }
  | { readonly kind: 'suspend'; readonly node: string; readonly on: boolean }
  /** Events a node (all without one) sends each virtual second. */
  | { readonly kind: 'rate'; readonly node?: string; readonly perSecond: number }
  | { readonly kind: 'sent-limit'; readonly events: number }
  | { readonly kind: 'inbound-timeout'; readonly seconds: number }
  /** The inbound events buffers of a node are released now. */
  | { readonly kind: 'release'; readonly node: string }
  | {
      readonly kind: 'rest' | 'simple-http' | 'mbeans' | 'windows' | 'start-time' | 'ignore-aborts';
      readonly on: boolean;
    }
  /** A run begins: `seconds` long, or until its children have told of their end. */
  | {
      readonly kind: 'run';
      readonly jobFile: string;
      readonly node: string;
      readonly parent?: string;
      readonly seconds?: number;
    }
  /** A run ends now by itself, or somebody else aborts it. */
  | { readonly kind: 'end' | 'abort'; readonly run: string }
  | WireFault;

/**
 * Lets a fault happen now.
 *
 * @throws RangeError if it names a node or a run that does not exist
 */
export function applyClover(cluster: CloverCluster, wire: Wire, fault: CloverFault): void {
  const { messaging, executions, switches } = cluster;
  switch (fault.kind) {
    case 'cut':
      cut(cluster, fault);
      break;
    case 'freeze':
    case 'thaw':
      setFrozen(cluster, fault.node, fault.kind === 'freeze');
      break;
    case 'kill':
      messaging.node(fault.node).process = 'dead';
      executions.nodeDied(fault.node);
      break;
    case 'start':
      if (messaging.node(fault.node).process === 'dead') {
        messaging.restart(fault.node, cluster.time);
      }
      break;
    case 'restart':
      executions.nodeDied(fault.node);
      messaging.restart(fault.node, cluster.time);
      break;
    case 'suspend':
      messaging.node(fault.node).suspended = fault.on;
      break;
    case 'rate':
      for (const node of fault.node === undefined ? messaging.nodes : [messaging.node(fault.node)]) {
        node.rate = fault.perSecond;
      }
      break;
    case 'sent-limit':
      messaging.sentLimit = fault.events;
      break;
    case 'inbound-timeout':
      messaging.inboundTimeoutMs = fault.seconds * 1000;
      break;
    case 'release':
      release(cluster, fault.node);
      break;
    case 'rest':
      switches.rest = fault.on;
      break;
    case 'simple-http':
      switches.simpleHttp = fault.on;
      break;
    case 'mbeans':
      switches.mbeans = fault.on;
      break;
    case 'windows':
      switches.windows = fault.on;
      break;
    case 'start-time':
      switches.startTime = fault.on;
      break;
    case 'ignore-aborts':
      switches.ignoringAborts = fault.on;
      break;
    case 'run':
      run(cluster, fault);
      break;
    case 'end':
      executions.end(runNamed(cluster, fault.run), 'FINISHED_OK', cluster.time);
      break;
    case 'abort': {
      const execution = runNamed(cluster, fault.run);
      cluster.abort(execution, execution.node);
      break;
    }
    case 'delay':
    case 'lose-answer':
    case 'replace':
      applyWire(wire, fault);
      break;
  }
}

function cut(
  cluster: CloverCluster,
  { node: name, on, http = false, seconds }: Extract<CloverFault, { kind: 'cut' }>
): void {
  const node = cluster.messaging.node(name);
  const set = (off: boolean): void => {
    node.cut = off;
    node.reachable = !(off && http);
  };
  set(on);
  if (on && seconds !== undefined) {
    cluster.after(seconds * 1000, () => set(false), `the network of ${name} returns`);
  }
}

function setFrozen(cluster: CloverCluster, name: string, frozen: boolean): void {
  const node = cluster.messaging.node(name);
  if (node.process === 'dead') {
    throw new RangeError(`${name} is dead: start it first.`);
  }
  node.process = frozen ? 'frozen' : 'alive';
}

function release(cluster: CloverCluster, name: string): void {
  const node = cluster.messaging.node(name);
  for (const link of cluster.messaging.links.filter(({ peer }) => peer === node)) {
    link.release();
  }
}

function run(cluster: CloverCluster, fault: Extract<CloverFault, { kind: 'run' }>): void {
  const { jobFile, node, parent, seconds } = fault;
  cluster.executions.add(
    {
      jobFile,
      node: cluster.messaging.node(node).name,
      ...(parent === undefined ? {} : { parent: runNamed(cluster, parent).runId }),
      ...(seconds === undefined ? {} : { endsAt: cluster.time + seconds * 1000 }),
    },
    cluster.time
  );
}

/** The open run with an id or a job file; of several with that file, the newest. */
function runNamed(cluster: CloverCluster, idOrFile: string): Execution {
  const { executions } = cluster;
  const found = /^\d+$/.test(idOrFile)
    ? executions.find(Number(idOrFile))
    : executions.open().find(({ jobFile }) => jobFile === idOrFile);
  if (!found || isOver(found)) {
    throw new RangeError(`There is no open run "${idOrFile}".`);
  }
  return found;
}
