// @ts-check
/** contract/coordinator.yaml as validators, with faults in sentences. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { parse } from 'yaml';

/** @typedef {import('ajv').ErrorObject} ErrorObject */
/** @typedef {'Info' | 'Members' | 'JobPage' | 'Job' | 'Taken' | 'Deliveries' | 'Failure'} Schema */

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../contract/coordinator.yaml');
/** What Unjam reads: RFC 3339 has variants (a space, leap seconds) that many languages do not read. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const FIRST_YEAR = 1970;
/** How many faults of one answer are told. */
const TOLD = 3;

const ajv = new Ajv({ strict: false, allErrors: true, verbose: true });
ajv.addFormat('date-time', isTime);
ajv.addFormat('int64', true);
ajv.addSchema(parse(readFileSync(file, 'utf8')), 'contract', undefined, false);

/**
 * Whether a text is a time as Unjam reads it.
 * @param {string} text
 */
export function isTime(text) {
  const full = fullFormats['date-time'];
  const known = typeof full === 'object' && 'validate' in full && typeof full.validate === 'function';
  return (
    TIME.test(text) &&
    known &&
    /** @type {(text: string) => boolean} */ (full.validate)(text) &&
    new Date(text).getUTCFullYear() >= FIRST_YEAR
  );
}

/**
 * What is wrong with a value, in sentences; none: it is as the contract says.
 * @param {Schema} schema
 * @param {unknown} value
 * @returns {string[]}
 */
export function faultsOf(schema, value) {
  const validate = ajv.getSchema(`contract#/components/schemas/${schema}`);
  if (!validate) {
    throw new Error(`The contract has no ${schema}.`);
  }
  validate(value);
  const faults = [...new Set((validate.errors ?? []).map(sentence))];
  const more = faults.length - TOLD;
  return more > 0 ? [...faults.slice(0, TOLD), `and ${more} more faults in the same answer`] : faults;
}

/** @param {ErrorObject} error */
function sentence(error) {
  const where = place(error.instancePath);
  const value = shown(error.data);
  switch (error.keyword) {
    case 'required':
      return `${where || 'the answer'} has no ${error.params['missingProperty']}, which is required`;
    case 'type':
      return error.data === null
        ? `${where || 'the answer'} is null: leave out what is not known`
        : `${where || 'the answer'} is ${kind(error.data)}, not ${article(String(error.params['type']))}`;
    case 'format':
      return `${where} is ${value}, not a time with a zone like 2026-01-02T15:04:05Z`;
    case 'minimum':
      return `${where} is ${value}: a counter is never negative; leave out what is not known`;
    case 'enum':
      return `${where} is ${value}; the contract has ${error.params['allowedValues'].join(', ')}`;
    case 'pattern':
      return `${where} is ${value}, not an id: letters, digits and . _ : ~ - without a dot at the beginning`;
    default:
      return `${where} is ${value}: it ${error.message}`;
  }
}

/**
 * A JSON pointer as people write it: /jobs/0/id is jobs[0].id.
 * @param {string} pointer
 */
function place(pointer) {
  return pointer
    .replace(/\/(\d+)/g, '[$1]')
    .replace(/^\//, '')
    .replaceAll('/', '.');
}

/** @param {unknown} value */
function shown(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** @param {unknown} value */
function kind(value) {
  return article(Array.isArray(value) ? 'array' : typeof value);
}

/** @param {string} type */
function article(type) {
  const names = /** @type {Record<string, string>} */ ({ array: 'a list', boolean: 'true or false' });
  return names[type] ?? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
