import type { Wire } from '../domain/wire.ts';
import type { ServedSettings } from '../served-options.ts';
import type { ServedKind } from '../served-world.ts';
import { CloverCluster } from './domain/cluster.ts';
import { applyClover, type CloverFault } from './domain/faults.ts';
import { playbackNamed } from './domain/recording.ts';
import { cloverScenarioNamed, type CloverScenario } from './scenarios.ts';

/** Events each node sends a second where neither scenario nor options say it. */
const DEFAULT_RATE = 4;
const DEFAULT_FLOW_SECONDS = 20;
const MINUTE_MS = 60_000;

/** Kind cloverdx with these settings. */
export const cloverKind = (settings: ServedSettings): ServedKind<CloverCluster, CloverScenario, CloverFault> => ({
  scenarioNamed: cloverScenarioNamed,
  stage: (scenario, wire, at) => stageClover(scenario, wire, { ...settings, ...at }),
  apply: applyClover,
});

/** A new cluster in a scenario: its runs and first faults at once, the others at their times. */
export function stageClover(
  scenario: CloverScenario,
  wire: Wire,
  settings: Omit<ServedSettings, 'start'> & { readonly start: number }
): CloverCluster {
  const playback = scenario.recording === undefined ? null : playbackNamed(scenario.recording);
  const cluster = new CloverCluster({
    ...settings,
    nodes: playback?.nodes.length ?? settings.nodes,
    rate: settings.rate ?? scenario.rate ?? DEFAULT_RATE,
    flowEverySeconds: scenario.flowEverySeconds ?? DEFAULT_FLOW_SECONDS,
    playback,
  });
  cluster.switches.simpleHttp = settings.simpleHttp;
  addRuns(cluster, scenario);
  for (const { atSeconds, what, fault } of scenario.faults) {
    if (atSeconds === 0) {
      applyClover(cluster, wire, fault);
    } else {
      cluster.after(atSeconds * 1_000, () => applyClover(cluster, wire, fault), what);
    }
  }
  return cluster;
}

function addRuns(cluster: CloverCluster, { runs }: CloverScenario): void {
  const ids = new Map<string, number>();
  for (const { jobFile, node, parent, endsAtSeconds, startedMinutesAgo, status } of runs) {
    const parentId = parent === undefined ? undefined : ids.get(parent);
    const { runId } = cluster.executions.add(
      {
        jobFile,
        node: cluster.messaging.node(node).name,
        submittedAt: cluster.time - startedMinutesAgo * MINUTE_MS,
        ...(parentId !== undefined && { parent: parentId }),
        ...(endsAtSeconds !== undefined && { endsAt: cluster.time + endsAtSeconds * 1_000 }),
        ...(status !== undefined && { status }),
      },
      cluster.time
    );
    ids.set(jobFile, runId);
  }
}
