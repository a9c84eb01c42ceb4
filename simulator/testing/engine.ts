import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../engines/seatunnel/cli.mjs', import.meta.url));
/** By the engine's README: Java or Maven is missing. */
const TOOL_MISSING = 3;

export interface EngineNode {
  readonly name: string;
  readonly restV1: string;
  readonly restV2: string | null;
}

/** A real SeaTunnel that runs. */
export interface RealEngine {
  readonly nodes: readonly EngineNode[];
  /** Runs a command of the engine's command line. */
  command(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Java or Maven is missing; the message says which. */
export class ToolMissing extends Error {}

/** Starts the real engine with one master and one worker. */
export async function startEngine(args: readonly string[]): Promise<RealEngine> {
  const dir = await mkdtemp(path.join(tmpdir(), 'unjam-conformance-'));
  const command = (...more: string[]): Promise<string> => run([...more, '--dir', dir]);
  const stop = async (): Promise<void> => {
    await command('stop');
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const started = await command('start', '--fault-agent', '--owner-pid', String(process.pid), ...args);
    return { nodes: nodesIn(JSON.parse(started)), command, stop };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

function nodesIn(started: unknown): EngineNode[] {
  if (typeof started !== 'object' || started === null || !('nodes' in started) || !Array.isArray(started.nodes)) {
    throw new Error('The engine did not say which nodes it has.');
  }
  return started.nodes.map((node: Record<'name' | 'restV1' | 'restV2', string | null>) => ({
    name: node.name ?? '',
    restV1: node.restV1 ?? '',
    restV2: node.restV2,
  }));
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, said] = ['', ''];
    child.stdout.on('data', (piece) => (out += String(piece)));
    child.stderr.on('data', (piece) => (said += String(piece)));
    child.on('error', failed);
    child.on('close', (code) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      if (code === 0) {
        done(out);
      } else {
        failed(code === TOOL_MISSING ? new ToolMissing(last) : new Error(`engine ${args[0]}: ${last}`));
      }
    });
  });
}
