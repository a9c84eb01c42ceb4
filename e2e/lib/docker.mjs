// @ts-check
/** Grafana in Docker, for machines that have no other. */
import { spawnSync } from 'node:child_process';

/** The oldest Grafana that the plugin supports. */
const IMAGE = `grafana/grafana:${process.env.GRAFANA_VERSION ?? '12.4.0'}`;

/** Why Docker cannot be used; undefined where its daemon answers. */
export function dockerProblem() {
  const result = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  if (result.error) {
    return 'no Docker';
  }
  return result.status === 0 ? undefined : "Docker's daemon does not answer";
}

/**
 * The command that runs Grafana in the foreground on the host's network: the coordinator listens on loopback only.
 * @param {{ folder: string, seen: string, port: number, environment: Record<string, string>, name: string }} options
 * @returns {string[]}
 */
export function dockerCommand({ folder, seen, environment, name }) {
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const variables = Object.keys(environment).flatMap((key) => ['--env', key]);
  return [
    ...['docker', 'run', '--rm', '--init', '--name', name, '--network', 'host', '--user', user],
    ...['--volume', `${folder}:${seen}`, '--env', `GF_PATHS_CONFIG=${seen}/grafana.ini`],
    ...['--env', `GF_PATHS_DATA=${seen}/data`, '--env', `GF_PATHS_LOGS=${seen}/logs`],
    ...['--env', `GF_PATHS_PLUGINS=${seen}/plugins`, '--env', `GF_PATHS_PROVISIONING=${seen}/provisioning`],
    ...variables,
    IMAGE,
  ];
}
