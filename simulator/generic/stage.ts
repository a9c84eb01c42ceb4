import type { Wire } from '../domain/wire.ts';
import type { ServedSettings } from '../served-options.ts';
import type { ServedKind } from '../served-world.ts';
import { GenericCluster } from './cluster.ts';
import { applyGeneric, type GenericFault } from './faults.ts';
import { genericScenarioNamed, type GenericScenario } from './scenarios.ts';

/** Events each node sends a second. */
const DEFAULT_RATE = 4;
const MINUTE_MS = 60_000;

/** Kind generic with these settings. */
export const genericKind = (settings: ServedSettings): ServedKind<GenericCluster, GenericScenario, GenericFault> => ({
  scenarioNamed: genericScenarioNamed,
  stage: (scenario, wire, at) => stageGeneric(scenario, wire, { ...settings, ...at }),
  apply: applyGeneric,
});

/** A new coordinator in a scenario: its jobs at once, its faults at their times. */
export function stageGeneric(
  scenario: GenericScenario,
  wire: Wire,
  settings: Omit<ServedSettings, 'start'> & { readonly start: number }
): GenericCluster {
  const cluster = new GenericCluster({ ...settings, rate: settings.rate ?? DEFAULT_RATE });
  const ids = new Map<string, string>();
  for (const {
    name,
    node,
    id,
    parent,
    createdMinutesAgo,
    state,
    sinceMinutesAgo,
    stuck,
    endsAtSeconds,
  } of scenario.jobs) {
    const parentId = parent === undefined ? undefined : ids.get(parent);
    const job = cluster.add({
      name,
      node,
      createdAt: cluster.time - createdMinutesAgo * MINUTE_MS,
      ...(id !== undefined && { id }),
      ...(parentId !== undefined && { parent: parentId }),
      ...(state !== undefined && { state }),
      ...(sinceMinutesAgo !== undefined && { since: cluster.time - sinceMinutesAgo * MINUTE_MS }),
      ...(stuck !== undefined && { stuck }),
      ...(endsAtSeconds !== undefined && { endsAt: cluster.time + endsAtSeconds * 1_000 }),
    });
    ids.set(name, job.id);
  }
  for (const { atSeconds, what, fault } of scenario.faults) {
    cluster.after(atSeconds * 1_000, () => applyGeneric(cluster, wire, fault), what);
  }
  return cluster;
}
