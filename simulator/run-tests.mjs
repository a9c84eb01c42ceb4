// @ts-check
/**
 * Runs the simulator's tests: `node simulator/run-tests.mjs [--engine] [more arguments for node --test]`.
 *
 * Node 20 finds no .test.ts by itself and needs tsx to read one. With --engine the comparison with the real engine runs
 * (Java 17 and Maven needed, minutes), without it all the others.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const [engine, more] = [process.argv.includes('--engine'), process.argv.slice(2).filter((arg) => arg !== '--engine')];
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && name.endsWith('.engine.test.ts') === engine)
  .sort()
  .map((name) => path.join(here, name));
const child = spawn(process.execPath, ['--import', 'tsx', '--test', ...more, ...files], {
  cwd: path.dirname(here),
  stdio: 'inherit',
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
