// @ts-check
/** Recordings of real JGroups nodes: both generations that engines/jgroups starts, each through the same outages. */
import { healthy } from './jgroups/healthy.mjs';
import { outages } from './jgroups/outages.mjs';
import { scenario } from './jgroups/scene.mjs';

const GENERATIONS = /** @type {const} */ ([2, 5]);

/** @type {import('./lib/stage.mjs').Scenario[]} */
export const scenarios = GENERATIONS.flatMap((generation) =>
  [...outages, ...healthy].map((setup) => scenario(generation, setup))
);
