// @ts-check
/** Recordings of real SeaTunnel engines: what makes jobs hang, and what must not look like it. */
import { causes } from './seatunnel/causes.mjs';
import { healthy } from './seatunnel/healthy.mjs';

/** @type {import('./lib/stage.mjs').Scenario[]} */
export const scenarios = [...causes, ...healthy];
