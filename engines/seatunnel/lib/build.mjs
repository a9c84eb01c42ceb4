// @ts-check
/** Makes what a member's JVM needs: the engine's jars, our starter, the test agent. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cached } from './cache.mjs';
import { compile, resolveClasspath } from './maven.mjs';
import { mixedJars } from './mix.mjs';
import { ENGINE_DIR } from './paths.mjs';
import { run } from './tools.mjs';

/**
 * @typedef {object} BuiltEngine
 * @property {string[]} classpath jars and folders for a member's JVM
 * @property {string[]} connectors jars that belong into SEATUNNEL_HOME/connectors
 */

/**
 * Everything a member needs to run.
 * @param {import('./versions.mjs').EngineVersion} version
 * @returns {Promise<BuiltEngine>}
 */
export async function buildEngine(version) {
  const pom = join(ENGINE_DIR, 'maven', version.name, 'pom.xml');
  const name = `engine-${version.name}`;
  const jars = version.mixed ? await mixedJars(name, pom) : await resolveClasspath(name, pom);
  const isConnector = (/** @type {string} */ jar) => /^connector-(fake|console)-/.test(basename(jar));
  // Connectors are loaded by the engine's own class loader, so they must not be on the class path.
  const engine = jars.filter((jar) => !isConnector(jar));
  const member = await compile(`member-${version.name}`, join(ENGINE_DIR, 'member'), engine);
  return { classpath: [member, ...engine], connectors: jars.filter(isConnector) };
}

/**
 * The test agent's jar, with the bytecode library beside it.
 * @param {BuiltEngine} engine compiled against its logging classes
 * @returns {Promise<string>} path of the agent's jar
 */
export async function buildAgent(engine) {
  const libraries = await resolveClasspath('agent', join(ENGINE_DIR, 'agent', 'pom.xml'));
  const classes = await compile('agent-classes', join(ENGINE_DIR, 'agent', 'src'), [...libraries, ...engine.classpath]);
  const folder = await cached('agent-jar', { texts: [classes, ...libraries] }, async (target) => {
    for (const library of libraries) {
      copyFileSync(library, join(target, basename(library)));
    }
    const manifest = join(target, 'manifest.txt');
    writeFileSync(
      manifest,
      `Premain-Class: unjam.engines.seatunnel.agent.TestAgent\nClass-Path: ${libraries.map((l) => basename(l)).join(' ')}\n`
    );
    await run('jar', ['cfm', join(target, 'unjam-test-agent.jar'), manifest, '-C', classes, '.']);
  });
  return join(folder, 'unjam-test-agent.jar');
}
