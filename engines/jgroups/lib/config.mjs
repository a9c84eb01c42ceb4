// @ts-check
/** Writes the configuration files and the Java arguments of a node. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runPaths } from '../../seatunnel/lib/paths.mjs';
import { ENGINE_DIR } from './build.mjs';

/** Enough for 10,000 kept events of 2 kB from each of three nodes. */
const HEAP = ['-Xms48m', '-Xmx160m'];
/** Cheaper and quicker to start than the defaults, which are made for servers. */
const LEAN_JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
const MS = 1000;

/**
 * @param {string} dir run directory
 * @param {import('./state.mjs').ClusterState} state
 * @param {import('./state.mjs').NodeState} node
 * @param {import('./build.mjs').BuiltNode} built
 */
export function writeNode(dir, state, node, built) {
  const paths = runPaths(dir).node(node.name);
  const { settings } = state;
  mkdirSync(paths.folder, { recursive: true });
  const file = (/** @type {string} */ name) => join(paths.folder, name);
  const ours = (/** @type {string} */ name) => join(ENGINE_DIR, 'conf', name);

  writeFileSync(
    file('stack.xml'),
    filled(readFileSync(ours(`stack-${state.generation}.xml.template`), 'utf8'), {
      bindPort: node.groupPort,
      hosts: state.nodes.map((n) => `127.0.0.1[${n.groupPort}]`).join(','),
      excludeAfterMs: settings.excludeAfterSeconds * MS,
      gcLag: settings.gcLag ?? '',
    })
  );
  writeFileSync(
    file('node.properties'),
    properties({
      name: node.name,
      channel: settings.channel,
      stack: file('stack.xml'),
      controlPort: node.controlPort,
      eventBytes: settings.eventBytes,
    })
  );
  const [user, ...password] = (settings.basicAuth ?? '').split(':');
  writeFileSync(
    file('jolokia.properties'),
    properties({
      host: '127.0.0.1',
      port: node.jolokiaPort,
      policyLocation: pathToFileURL(ours('jolokia-access.xml')).href,
      discoveryEnabled: false,
      ...(settings.basicAuth ? { user, password: password.join(':') } : {}),
    }),
    { mode: 0o600 }
  );
  const args = [
    ...HEAP,
    ...LEAN_JVM,
    '-Djava.net.preferIPv4Stack=true',
    `-Djava.util.logging.config.file=${ours('logging.properties')}`,
    `-javaagent:${built.jolokiaJar}=config=${file('jolokia.properties')}`,
    `-javaagent:${built.exporterJar}=127.0.0.1:${node.exporterPort}:${ours('exporter.yaml')}`,
    '-cp',
    built.classpath.join(delimiter),
    built.mainClass,
    file('node.properties'),
  ];
  writeFileSync(paths.javaArgs, args.map((arg) => `"${escaped(arg)}"\n`).join(''));
}

/**
 * @param {string} template with ${names}
 * @param {Record<string, string | number>} values
 */
function filled(template, values) {
  return template.replace(/\$\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {Record<string, string | number | boolean>} values */
function properties(values) {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${escaped(String(value))}\n`)
    .join('');
}

/**
 * Java's files of arguments and properties both read a backslash as the start of an escape.
 * @param {string} text
 */
function escaped(text) {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
