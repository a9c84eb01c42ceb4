// @ts-check
/** Which of the screens that a machine has is used. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The oldest Grafana that the plugin supports, as its plugin.json says. */
export const LEAST_GRAFANA = '12.4.0';

/** @typedef {import('../../e2e/grafana.mjs').Found} Found */
/**
 * @typedef {{ kind: 'workbench', why: string } | { kind: 'own', found: Exclude<Found, { kind: 'url' }> } | { kind: 'theirs', url: string }} Choice
 *   the workbench, a Grafana to be started, or one that runs already and is somebody's
 */

/**
 * A Grafana if there is one that can show the plugin, else the workbench and why.
 * @param {object} machine
 * @param {boolean} machine.workbench whether it was asked for
 * @param {{ found: Found, reason?: undefined } | { found: null, reason: string }} machine.grafana
 * @param {NodeJS.Platform} machine.platform
 * @param {(home: string) => string | undefined} [machine.versionIn] the version of a Grafana's folder, where it says one
 * @returns {Choice}
 */
export function chooseScreen({ workbench, grafana: { found, reason }, platform, versionIn = versionOf }) {
  if (workbench) {
    return { kind: 'workbench', why: '--workbench was given' };
  }
  if (!found) {
    return { kind: 'workbench', why: reason };
  }
  if (found.kind === 'url') {
    return { kind: 'theirs', url: found.url };
  }
  if (found.kind === 'docker') {
    // The simulator listens on loopback only; elsewhere a container has another loopback.
    return platform === 'linux'
      ? { kind: 'own', found }
      : { kind: 'workbench', why: 'Docker can reach the coordinator on Linux only; try docker compose up' };
  }
  if (!found.hasUI) {
    return { kind: 'workbench', why: `the Grafana in ${found.home} has no browser part` };
  }
  const version = versionIn(found.home);
  return version !== undefined && isBelow(version, LEAST_GRAFANA)
    ? { kind: 'workbench', why: `the Grafana in ${found.home} is ${version}, and the plugin needs ${LEAST_GRAFANA}` }
    : { kind: 'own', found };
}

/**
 * Grafana's packages hold a file with their version.
 * @param {string} home
 */
function versionOf(home) {
  const file = path.join(home, 'VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/**
 * @param {string} version
 * @param {string} other
 */
function isBelow(version, other) {
  const [left, right] = [version, other].map((text) => text.split(/[.+-]/).map((part) => Number.parseInt(part, 10)));
  const at = [0, 1, 2].find((index) => left?.[index] !== right?.[index]);
  // A version that is not written in numbers is not known to be older.
  return at !== undefined && Number(left?.[at]) < Number(right?.[at]);
}
