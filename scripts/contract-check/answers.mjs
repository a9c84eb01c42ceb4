// @ts-check
/** What is wrong with an answer, whatever the route. */
import { faultsOf } from './contract.mjs';

/** @typedef {import('./client.mjs').Answer} Answer */
/** @typedef {import('./contract.mjs').Schema} Schema */

/**
 * Faults of an answer that should be a certain status with JSON of a schema.
 * @param {Answer} answer
 * @param {number} status
 * @param {Schema} schema
 * @returns {string[]}
 */
export function faultsOfAnswer(answer, status, schema) {
  if (answer.failure || answer.status !== status) {
    return [`${answer.what}: ${answer.failure ?? otherStatus(answer, String(status))}`];
  }
  return [...faultsOfType(answer), ...faultsOfBody(answer, schema)];
}

/**
 * Faults of an answer that should be a refusal: one of these statuses with
 * {"error": "a sentence"}.
 * @param {Answer} answer
 * @param {number[]} statuses none: any 4xx
 * @returns {string[]}
 */
export function faultsOfRefusal(answer, ...statuses) {
  const right = statuses.length > 0 ? statuses.includes(answer.status) : answer.status >= 400 && answer.status < 500;
  if (answer.failure || !right) {
    return [`${answer.what}: ${answer.failure ?? otherStatus(answer, statuses.join(' or ') || '4xx')}`];
  }
  return [...faultsOfType(answer), ...faultsOfBody(answer, 'Failure')];
}

/**
 * @param {Answer} answer
 * @param {string} wanted
 */
function otherStatus(answer, wanted) {
  if (answer.status >= 300 && answer.status < 400) {
    return `answers a redirect (${answer.status})${answer.location ? ` to ${answer.location}` : ''}: Unjam follows none`;
  }
  const text = faultsOf('Failure', answer.json).length === 0 ? ` ("${errorOf(answer)}")` : '';
  return `answers ${answer.status}${text} where the contract has ${wanted}`;
}

/** @param {Answer} answer */
function errorOf(answer) {
  return /** @type {{ error: string }} */ (answer.json).error;
}

/** @param {Answer} answer */
function faultsOfType(answer) {
  return answer.type === 'application/json'
    ? []
    : [`${answer.what}: answers ${answer.status} with Content-Type "${answer.type}", not application/json`];
}

/**
 * @param {Answer} answer
 * @param {Schema} schema
 */
function faultsOfBody(answer, schema) {
  const faults = answer.broken ? [answer.broken] : faultsOf(schema, answer.json);
  return faults.map((fault) => `${answer.what}: answers ${answer.status}, but ${fault}`);
}
