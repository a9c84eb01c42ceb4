type Field = 'boolean' | 'text' | 'number';
type Wanted = Field | `${Field}?`;

/** The fields of each kind of fault; "?" marks those that may be missing. */
export type FaultFields<Kind extends string = string> = Readonly<Record<Kind, Readonly<Record<string, Wanted>>>>;

const FITS: Readonly<Record<Field, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
};

/**
 * Checks a fault from JSON against the table of its coordinator's faults.
 *
 * @throws RangeError that says which field is wrong
 */
export function checkFault<Kind extends string>(
  table: FaultFields<Kind>,
  value: unknown
): Record<string, unknown> & { readonly kind: Kind } {
  const known = (kind: unknown): kind is Kind => typeof kind === 'string' && Object.hasOwn(table, kind);
  if (!isRecord(value) || !known(value['kind'])) {
    throw new RangeError(`A fault has a kind, one of ${Object.keys(table).join(', ')}.`);
  }
  const kind: Kind = value['kind'];
  const fields = table[kind];
  for (const name of Object.keys(value)) {
    if (name !== 'kind' && !(name in fields)) {
      throw new RangeError(`A fault "${kind}" has no field "${name}".`);
    }
  }
  for (const [name, wanted] of Object.entries<Wanted>(fields)) {
    const optional = wanted.endsWith('?');
    const field = bare(wanted);
    if (!(optional && value[name] === undefined) && !FITS[field](value[name])) {
      throw new RangeError(`A fault "${kind}" needs a ${field} as "${name}"${optional ? ', or none' : ''}.`);
    }
  }
  return { ...value, kind };
}

function bare(wanted: Wanted): Field {
  return wanted === 'boolean?' || wanted === 'boolean'
    ? 'boolean'
    : wanted === 'text?' || wanted === 'text'
      ? 'text'
      : 'number';
}

/** Whether it is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of what can go wrong between client and coordinator. */
export const WIRE_FIELDS = {
  delay: { path: 'text', milliseconds: 'number' },
  'lose-answer': { path: 'text', on: 'boolean' },
  replace: { path: 'text', status: 'number?', contentType: 'text?', body: 'text?' },
} as const satisfies FaultFields;
