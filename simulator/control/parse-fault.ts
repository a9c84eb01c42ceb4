import type { Fault } from '../domain/faults.ts';

type Kind = Fault['kind'];
type Field = 'boolean' | 'text' | 'number';

/** The fields of each kind; "?" marks those that may be missing. */
const FIELDS: Readonly<Record<Kind, Readonly<Record<string, Field | `${Field}?`>>>> = {
  'lose-final-status': { on: 'boolean' },
  freeze: { member: 'text' },
  thaw: { member: 'text' },
  kill: { member: 'text' },
  start: { member: 'text' },
  'slow-failover': { firstAfterSeconds: 'number', apartSeconds: 'number' },
  unreachable: { on: 'boolean', member: 'text?', forSeconds: 'number?' },
  cancel: { job: 'text' },
  force: { job: 'text' },
  savepoint: { job: 'text', seconds: 'number' },
  fail: { job: 'text', seconds: 'number', message: 'text?' },
  'stick-task': { job: 'text' },
  submit: { name: 'text', mode: 'text?', seconds: 'number?' },
  'take-slots': { on: 'boolean' },
  'ignore-stops': { on: 'boolean' },
  deadlock: { on: 'boolean' },
  split: { member: 'text?' },
  delay: { path: 'text', milliseconds: 'number' },
  cut: { path: 'text', on: 'boolean' },
  replace: { path: 'text', status: 'number?', contentType: 'text?', body: 'text?' },
};

/** The kinds of faults and their fields, for the control page and the README. */
export const FAULT_FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = FIELDS;

const FITS: Readonly<Record<Field, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
};

/**
 * Reads a fault from JSON.
 *
 * @throws RangeError that says which field is wrong
 */
export function parseFault(value: unknown): Fault {
  if (!isRecord(value) || !isKind(value['kind'])) {
    throw new RangeError(`A fault has a kind, one of ${Object.keys(FIELDS).join(', ')}.`);
  }
  const fields = FIELDS[value['kind']];
  for (const name of Object.keys(value)) {
    if (name !== 'kind' && !(name in fields)) {
      throw new RangeError(`A fault "${value['kind']}" has no field "${name}".`);
    }
  }
  for (const [name, wanted] of Object.entries(fields)) {
    const optional = wanted.endsWith('?');
    const field = bare(wanted);
    if (!(optional && value[name] === undefined) && !FITS[field](value[name])) {
      throw new RangeError(`A fault "${value['kind']}" needs a ${field} as "${name}"${optional ? ', or none' : ''}.`);
    }
  }
  if (value['kind'] === 'submit' && value['mode'] !== undefined && !isMode(value['mode'])) {
    throw new RangeError('The mode is STREAMING or BATCH.');
  }
  if (!isFault(value)) {
    throw new RangeError('This is no fault.');
  }
  return value;
}

/** The table above has been gone through before: this names its result. */
function isFault(value: Record<string, unknown>): value is Record<string, unknown> & Fault {
  return isKind(value['kind']);
}

function bare(wanted: Field | `${Field}?`): Field {
  return wanted === 'boolean?' || wanted === 'boolean'
    ? 'boolean'
    : wanted === 'text?' || wanted === 'text'
      ? 'text'
      : 'number';
}

const isMode = (value: unknown): boolean => value === 'STREAMING' || value === 'BATCH';
const isKind = (value: unknown): value is Kind => typeof value === 'string' && Object.hasOwn(FIELDS, value);

/** Whether it is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
