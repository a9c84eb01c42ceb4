// @ts-check
/** What the Go sources read of a data source, so that the docs can be held to it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/children.mjs';

const SETTINGS = ['pkg/plugin/settings.go', 'pkg/plugin/settings_detection.go'];
const TOP = 'jsonData';

/** @param {string} name */
const read = (name) => readFileSync(path.join(root, name), 'utf8');
const settings = SETTINGS.map(read).join('\n');

/** @returns {string[]} every key of jsonData, as `detection.maintenance[].days`. */
export function jsonKeys() {
  return keysOf(TOP, '');
}

/**
 * @param {string} struct the name of a Go struct
 * @param {string} before
 * @returns {string[]}
 */
function keysOf(struct, before) {
  const body = new RegExp(`type ${struct} struct \\{\\n([\\s\\S]*?)\\n\\}`).exec(settings)?.[1];
  assert.ok(body, `there is no struct ${struct} in ${SETTINGS.join(', ')}`);
  return [...body.matchAll(/^\t\w+\s+(\S+)\s+`json:"(\w+)"`/gm)].flatMap(([, type = '', key = '']) => {
    const inner = /^(\[\])?(json\w+)$/.exec(type);
    const here = `${before}${key}`;
    return inner?.[2] ? [here, ...keysOf(inner[2], inner[1] ? `${here}[].` : `${here}.`)] : [here];
  });
}

/** @returns {string[]} the keys of secureJsonData. */
export function secretKeys() {
  const keys = [...settings.matchAll(/^\tsecure\w+\s+= "(\w+)"/gm)].map((match) => match[1] ?? '');
  assert.ok(keys.length > 0);
  return keys;
}

/** @returns {string[]} the types of queries. */
export function queryTypes() {
  const source = read('pkg/plugin/query.go');
  const types = [...source.matchAll(/\bqueryType\w+\s+= "(\w+)"/g)].map((match) => match[1] ?? '');
  assert.ok(types.length > 0);
  return types;
}

/**
 * Default and range of every number that Go reads with bounds, as they are written there.
 * @returns {Map<string, { normal: number, least: number, most: number }>} by key
 */
export function boundedNumbers() {
  const values = constants();
  const value = (/** @type {string} */ text) => evaluate(text, values);
  /** @type {Map<string, { normal: number, least: number, most: number }>} */
  const bounded = new Map();
  for (const match of settings.matchAll(/\b(?:seconds|whole)\("([\w.]+)", \S+, (.+?), (\w+), (\w+)\)/g)) {
    const [, key = '', normal = '', least = '', most = ''] = match;
    bounded.set(key, { normal: value(normal), least: value(least), most: value(most) });
  }
  // The guard's own are told by the browser's catalogue, which a test of its own holds to Go's.
  const policy = read('src/model/policy.ts');
  for (const [, key = '', least = '', most = ''] of policy.matchAll(/^ {2}(\w+): \[([\d_]+), ([\d_]+)\],$/gm)) {
    const normal = new RegExp(`^  ${key}: ([\\d_]+),$`, 'm').exec(policy)?.[1];
    assert.ok(normal, `src/model/policy.ts has no default for ${key}`);
    bounded.set(`actions.${key}`, { normal: number(normal), least: number(least), most: number(most) });
  }
  return bounded;
}

/** @returns {Map<string, number>} Go's constants that are numbers. */
function constants() {
  /** @type {Map<string, number>} */
  const values = new Map();
  for (const [, name = '', text = ''] of settings.matchAll(/^\t(\w+)\s+= ([\d_ *]+)$/gm)) {
    values.set(name, product(text));
  }
  const delivery = read('pkg/delivery/model.go');
  const units = { 'time.Second': 1, 'time.Minute': 60, 'time.Hour': 3600 };
  for (const [, name = '', text = ''] of delivery.matchAll(/^\t(Default\w+)\s+= (.+)$/gm)) {
    const inSeconds = Object.entries(units).reduce((so, [unit, size]) => so.replace(unit, String(size)), text);
    if (/^[\d_ *]+$/.test(inSeconds)) {
      values.set(`delivery.${name}`, product(inSeconds));
    }
  }
  return values;
}

/**
 * @param {string} text a number, a constant, or a constant duration as seconds
 * @param {Map<string, number>} values
 */
function evaluate(text, values) {
  if (/^[\d_]+$/.test(text)) {
    return number(text);
  }
  if (text.startsWith('int(settings.Deadline')) {
    return NaN;
  }
  const name = /^(?:int\()?([\w.]+?)(?:\.Seconds\(\)\))?$/.exec(text)?.[1] ?? text;
  const value = values.get(name);
  assert.ok(value !== undefined, `${text} is no number that is known here`);
  return value;
}

/** @param {string} text as "7 * 24 * 3600" */
function product(text) {
  return text.split('*').reduce((so, factor) => so * number(factor.trim()), 1);
}

/** @param {string} text */
function number(text) {
  return Number(text.replaceAll('_', ''));
}
