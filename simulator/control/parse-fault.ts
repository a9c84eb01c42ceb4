import type { Fault } from '../domain/faults.ts';
import { checkFault, type FaultFields } from './fields.ts';

type Kind = Fault['kind'];

/** The fields of each kind; "?" marks those that may be missing. */
const FIELDS: FaultFields<Kind> = {
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
  'clock-off': { seconds: 'number' },
  delay: { path: 'text', milliseconds: 'number' },
  cut: { path: 'text', on: 'boolean' },
  replace: { path: 'text', status: 'number?', contentType: 'text?', body: 'text?' },
};

/** The kinds of faults and their fields, for the control page and the README. */
export const FAULT_FIELDS: FaultFields = FIELDS;

/**
 * Reads a fault from JSON.
 *
 * @throws RangeError that says which field is wrong
 */
export function parseFault(value: unknown): Fault {
  const checked = checkFault(FIELDS, value);
  if (checked.kind === 'submit' && checked['mode'] !== undefined && !isMode(checked['mode'])) {
    throw new RangeError('The mode is STREAMING or BATCH.');
  }
  if (!isFault(checked)) {
    throw new RangeError('This is no fault.');
  }
  return checked;
}

/** The table above has been gone through before: this names its result. */
function isFault(value: { readonly kind: Kind }): value is Fault {
  return Object.hasOwn(FIELDS, value.kind);
}

const isMode = (value: unknown): boolean => value === 'STREAMING' || value === 'BATCH';
