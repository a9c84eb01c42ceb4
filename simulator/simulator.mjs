// @ts-check
/** The library for programs that are plain JavaScript: `import { startSimulator } from './simulator/simulator.mjs'`. */
import { tsImport } from 'tsx/esm/api';

/** @type {typeof import('./index.ts')} */
const library = await tsImport('./index.ts', import.meta.url);

export const {
  startSimulator,
  startCloverDX,
  startGeneric,
  SCENARIOS,
  CLOVER_SCENARIOS,
  GENERIC_SCENARIOS,
  PortError,
} = library;
