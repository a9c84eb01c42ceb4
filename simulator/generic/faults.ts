import { applyWire, type Wire, type WireFault } from '../domain/wire.ts';
import { hasEnded, type GenericCluster, type GenericJob } from './cluster.ts';

/** What can be made to go wrong at a simulated in-house coordinator. */
export type GenericFault =
  /** The network between a node and all others; after `seconds` it returns. */
  | { readonly kind: 'cut'; readonly node: string; readonly on: boolean; readonly seconds?: number }
  | { readonly kind: 'restart' | 'master'; readonly node: string }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'lose-cancels' | 'ignore-stops' | 'delivery' | 'restoring'; readonly on: boolean }
  | {
      readonly kind: 'submit';
      readonly name: string;
      readonly node: string;
      readonly parent?: string;
      readonly seconds?: number;
    }
  | { readonly kind: 'end' | 'fail'; readonly job: string }
  | WireFault;

/**
 * Lets a fault happen now.
 *
 * @throws RangeError if it names a node or a job that does not exist
 */
export function applyGeneric(cluster: GenericCluster, wire: Wire, fault: GenericFault): void {
  const { messaging, switches } = cluster;
  switch (fault.kind) {
    case 'cut': {
      const node = messaging.node(fault.node);
      node.cut = fault.on;
      if (fault.on && fault.seconds !== undefined) {
        const returns = (): void => {
          node.cut = false;
        };
        cluster.after(fault.seconds * 1000, returns, `the network of ${node.name} returns`);
      }
      break;
    }
    case 'restart':
      messaging.restart(fault.node, cluster.time);
      break;
    case 'master':
      cluster.master = messaging.node(fault.node).name;
      break;
    case 'rate':
      for (const node of messaging.nodes) {
        node.rate = fault.perSecond;
      }
      break;
    case 'lose-cancels':
      switches.losingCancels = fault.on;
      break;
    case 'ignore-stops':
      switches.ignoringStops = fault.on;
      break;
    case 'delivery':
      switches.delivery = fault.on;
      break;
    case 'restoring':
      switches.restoring = fault.on;
      break;
    case 'submit':
      cluster.add({
        name: fault.name,
        node: fault.node,
        ...(fault.parent !== undefined && { parent: jobNamed(cluster, fault.parent).id }),
        ...(fault.seconds !== undefined && { endsAt: cluster.time + fault.seconds * 1000 }),
      });
      break;
    case 'end':
      cluster.end(jobNamed(cluster, fault.job), 'finished');
      break;
    case 'fail':
      cluster.end(jobNamed(cluster, fault.job), 'failed', 'The source closed the connection.');
      break;
    case 'delay':
    case 'lose-answer':
    case 'replace':
      applyWire(wire, fault);
      break;
  }
}

/** The open job with an id or a name; of several with that name, the newest. */
function jobNamed(cluster: GenericCluster, idOrName: string): GenericJob {
  const job = cluster.find(idOrName) ?? cluster.open().findLast(({ name }) => name === idOrName);
  if (!job || hasEnded(job)) {
    throw new RangeError(`There is no open job "${idOrName}".`);
  }
  return job;
}
