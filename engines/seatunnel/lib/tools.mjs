// @ts-check
/** Runs the tools of the machine (java, javac, mvn) and says in one sentence if one is missing. */
import { spawn } from 'node:child_process';
import { EngineError, ToolMissingError } from './errors.mjs';

const MIN_JAVA = 17;
/** Lines of a failed tool's output that go into the error. */
const SHOWN_LINES = 12;

/** @param {string} text progress for people, on stderr: stdout belongs to the result */
export function progress(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a tool to its end.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string>} what it wrote to stdout and stderr
 * @throws {ToolMissingError} if there is no such tool
 * @throws {EngineError} if it fails; the message holds the end of its output
 */
export function run(command, args) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => (output += chunk));
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => (output += chunk));
    child.on('error', () => failed(new ToolMissingError(`needs ${command}: it is not on the PATH, install it.`)));
    child.on('close', (code) => {
      if (code === 0) {
        done(output);
        return;
      }
      const end = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
      failed(new EngineError(`${command} ${args[0] ?? ''} failed with exit code ${code}; it ended with:\n${end}`));
    });
  });
}

/**
 * Checks that Java (JDK) and Maven are there.
 * @throws {ToolMissingError} naming what is missing
 */
export async function requireTools() {
  const hint = `needs Java ${MIN_JAVA} or newer: install a JDK and put java and javac on the PATH`;
  const [java] = await Promise.all([
    run('java', ['-version']).catch(() => {
      throw new ToolMissingError(`${hint}; java cannot be started.`);
    }),
    run('javac', ['-version']).catch(() => {
      throw new ToolMissingError(`${hint}; javac cannot be started.`);
    }),
  ]);
  const version = /version "(\d+)/.exec(java)?.[1] ?? '0';
  if (Number(version) < MIN_JAVA) {
    throw new ToolMissingError(`${hint}; found ${java.split('\n')[0]}.`);
  }
  await run('mvn', ['-version']).catch(() => {
    throw new ToolMissingError(
      'needs Apache Maven 3.6 or newer: install it and put mvn on the PATH; mvn cannot be started.'
    );
  });
}
