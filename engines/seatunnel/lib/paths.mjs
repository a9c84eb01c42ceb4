// @ts-check
/** Where things are: sources beside this file, everything generated under `<repo>/.engine`. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `engines/seatunnel` of the repository. */
export const ENGINE_DIR = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Everything generated; not part of the repository. */
export const GENERATED_DIR = resolve(ENGINE_DIR, '..', '..', '.engine');

/** Resolved class paths and compiled classes, shared by all run directories. */
export const CACHE_DIR = join(GENERATED_DIR, 'cache', 'seatunnel');

/** The run directory if none is given. */
export const DEFAULT_RUN_DIR = join(GENERATED_DIR, 'seatunnel');

/**
 * The files of one run directory.
 * @param {string} dir
 */
export function runPaths(dir) {
  const root = resolve(dir);
  return {
    root,
    state: join(root, 'state.json'),
    home: join(root, 'home'),
    checkpoints: join(root, 'checkpoints'),
    /** The fault is on while this file exists. */
    loseFinalStatus: join(root, 'lose-final-status'),
    watchdogLog: join(root, 'watchdog.log'),
    nodes: join(root, 'nodes'),
    /** @param {string} name */
    node: (name) => {
      const folder = join(root, 'nodes', name);
      return {
        folder,
        javaArgs: join(folder, 'java.args'),
        hazelcastYaml: join(folder, 'hazelcast.yaml'),
        seatunnelYaml: join(folder, 'seatunnel.yaml'),
        engineLog: join(folder, 'engine.log'),
        output: join(folder, 'output.log'),
      };
    },
  };
}
