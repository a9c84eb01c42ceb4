// @ts-check
/** Makes what a node's JVM needs: JGroups and the agents from Maven, and our own node. */
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../seatunnel/lib/errors.mjs';
import { compile, resolveClasspath } from '../../seatunnel/lib/maven.mjs';

/** `engines/jgroups` of the repository. */
export const ENGINE_DIR = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * @typedef {object} BuiltNode
 * @property {string[]} classpath jars and folders for a node's JVM
 * @property {string} mainClass
 * @property {string} jolokiaJar a Java agent
 * @property {string} exporterJar a Java agent
 */

/**
 * Everything a node needs to run.
 * @param {import('./generations.mjs').Generation} generation
 * @returns {Promise<BuiltNode>}
 */
export async function buildNode(generation) {
  const name = `generation${generation.number}`;
  const jars = await resolveClasspath(
    `jgroups-${generation.number}`,
    join(ENGINE_DIR, 'maven', String(generation.number), 'pom.xml')
  );
  const agents = await resolveClasspath('jgroups-agents', join(ENGINE_DIR, 'maven', 'agents', 'pom.xml'));
  const common = await compile('jgroups-node-common', join(ENGINE_DIR, 'node', 'common'), []);
  const node = await compile(`jgroups-node-${name}`, join(ENGINE_DIR, 'node', name), [common, ...jars]);
  return {
    classpath: [node, common, ...jars],
    mainClass: `unjam.engines.jgroups.Generation${generation.number}Node`,
    jolokiaJar: jarNamed(agents, 'jolokia-agent-jvm'),
    exporterJar: jarNamed(agents, 'jmx_prometheus_javaagent'),
  };
}

/**
 * @param {string[]} jars
 * @param {string} name
 */
function jarNamed(jars, name) {
  const jar = jars.find((path) => basename(path).startsWith(`${name}-`));
  if (!jar) {
    throw new EngineError(`Maven resolved no ${name}: look at engines/jgroups/maven/agents/pom.xml.`);
  }
  return jar;
}
