// @ts-check
/** The generations of JGroups that a cluster can run on. */
import { EngineError } from '../../seatunnel/lib/errors.mjs';

/**
 * @typedef {object} Generation
 * @property {number} number
 * @property {string} version of JGroups, as in maven/NUMBER/pom.xml
 * @property {boolean} hasSentLimit whether it has gc_lag, the limit of the sent events that it keeps
 * @property {string} protocol the protocol that keeps them, as its MBean is named
 */

/** @type {Generation[]} */
const GENERATIONS = [
  { number: 2, version: '2.12.3.Final', hasSentLimit: true, protocol: 'NAKACK' },
  { number: 5, version: '5.3.16.Final', hasSentLimit: false, protocol: 'NAKACK2' },
];

/**
 * @param {number} number
 * @returns {Generation}
 * @throws {EngineError} if there is none
 */
export function generationOf(number) {
  const generation = GENERATIONS.find((g) => g.number === number);
  if (!generation) {
    throw new EngineError(
      `There is no generation ${number}: use ${GENERATIONS.map((g) => g.number).join(' or ')} for --generation.`
    );
  }
  return generation;
}
