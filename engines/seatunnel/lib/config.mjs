// @ts-check
/** Writes the configuration files and the Java arguments of members from the templates in conf/. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { ENGINE_DIR, runPaths } from './paths.mjs';

/** Heap of a member: enough for a few small jobs, small enough for several members beside a test run. */
const HEAP = ['-Xms64m', '-Xmx192m', '-XX:MaxMetaspaceSize=192m'];
/** Cheaper and quicker to start than the defaults, which are made for servers. */
const LEAN_JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
/** What Hazelcast reaches into since Java 9. */
const OPENED = [
  '--add-modules=java.se',
  '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '--add-opens=java.base/java.net=ALL-UNNAMED',
  '--add-opens=java.base/java.util=ALL-UNNAMED',
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  '--add-opens=java.management/sun.management=ALL-UNNAMED',
  '--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED',
];

/**
 * Prepares SEATUNNEL_HOME: connectors and their names.
 * @param {string} dir run directory
 * @param {string[]} connectors jars
 */
export function writeHome(dir, connectors) {
  const paths = runPaths(dir);
  const folder = join(paths.home, 'connectors');
  mkdirSync(folder, { recursive: true });
  mkdirSync(paths.checkpoints, { recursive: true });
  for (const jar of connectors) {
    copyFileSync(jar, join(folder, basename(jar)));
  }
  copyFileSync(join(ENGINE_DIR, 'conf', 'plugin-mapping.properties'), join(folder, 'plugin-mapping.properties'));
}

/**
 * Writes a member's files.
 * @param {string} dir run directory
 * @param {import('./state.mjs').NodeState} node
 * @param {object} setup
 * @param {number[]} setup.memberPorts Hazelcast ports of all members
 * @param {string[]} setup.classpath
 * @param {string | null} setup.agentJar
 * @param {import('./state.mjs').Settings} setup.settings
 */
export function writeNode(dir, node, setup) {
  const run = runPaths(dir);
  const paths = run.node(node.name);
  const { settings } = setup;
  mkdirSync(paths.folder, { recursive: true });

  writeFileSync(
    paths.hazelcastYaml,
    fill('hazelcast.yaml.template', {
      CLUSTER: 'seatunnel',
      MEMBERS: setup.memberPorts.map((port) => `"127.0.0.1:${port}"`).join(', '),
      PORT: String(node.hazelcastPort),
      NO_HEARTBEAT_SECONDS: String(settings.noHeartbeatSeconds),
    })
  );
  let seatunnel = fill('seatunnel.yaml.template', { CHECKPOINTS: `${run.checkpoints}/` });
  if (node.httpPort !== null) {
    seatunnel += fill('seatunnel-http.yaml.template', {
      HTTP_PORT: String(node.httpPort),
      CONTEXT_PATH: settings.contextPath || '/',
    });
  }
  writeFileSync(paths.seatunnelYaml, seatunnel);

  const args = [
    ...HEAP,
    ...LEAN_JVM,
    ...OPENED,
    ...(setup.agentJar ? [`-javaagent:${setup.agentJar}=${agentSwitches(run, settings)}`] : []),
    ...(settings.basicAuth ? [`-Dunjam.http.basic-auth=${settings.basicAuth}`] : []),
    `-Duser.timezone=${settings.timeZone}`,
    `-DSEATUNNEL_HOME=${run.home}`,
    `-Dseatunnel.home=${run.home}`,
    `-Dseatunnel.config=${paths.seatunnelYaml}`,
    `-Dhazelcast.config=${paths.hazelcastYaml}`,
    `-Dlog4j2.configurationFile=${join(ENGINE_DIR, 'conf', 'log4j2.properties')}`,
    `-Dunjam.log=${paths.engineLog}`,
    '-cp',
    setup.classpath.join(delimiter),
    'ZetaMember',
    node.role,
  ];
  // Only the owner may read it: it can hold a password.
  writeFileSync(paths.javaArgs, args.map(quoted).join('\n'), { mode: 0o600 });
}

/**
 * @param {ReturnType<typeof runPaths>} run
 * @param {import('./state.mjs').Settings} settings
 */
function agentSwitches(run, settings) {
  return [
    ...(settings.faultAgent ? [`lose-final-status=${run.loseFinalStatus}`] : []),
    ...(settings.forceBackport ? ['force-stop-backport'] : []),
  ].join(';');
}

/**
 * @param {string} template
 * @param {Record<string, string>} values
 */
function fill(template, values) {
  const text = readFileSync(join(ENGINE_DIR, 'conf', template), 'utf8');
  return text.replace(/@([A-Z_]+)@/g, (_, name) => values[name] ?? '');
}

/**
 * An argument as a java argument file wants it.
 * @param {string} argument
 */
function quoted(argument) {
  return `"${argument.replace(/[\\"]/g, '\\$&')}"`;
}
