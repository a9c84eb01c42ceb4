/** A JMX object name or a pattern of some: `domain:key=value,…`, perhaps with `*` and `?`. */
export interface ObjectName {
  readonly domain: string;
  readonly keys: ReadonlyMap<string, string>;
  /** It ends in `,*`: other keys may follow. */
  readonly more: boolean;
}

/** The text is no object name. */
export class MalformedName extends Error {}

/** @throws MalformedName */
export function parseName(text: string): ObjectName {
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw new MalformedName(`Domain part must be specified`);
  }
  const keys = new Map<string, string>();
  let more = false;
  for (const part of splitOutsideQuotes(text.slice(colon + 1))) {
    if (part === '*') {
      more = true;
      continue;
    }
    const equals = part.indexOf('=');
    if (equals < 1) {
      throw new MalformedName('Key properties cannot be empty');
    }
    keys.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return { domain: text.slice(0, colon), keys, more };
}

/** Whether it stands for several names. */
export const isPattern = ({ domain, keys, more }: ObjectName): boolean =>
  more || [domain, ...keys.values()].some((part) => /[*?]/.test(part));

/** With its keys in the order of the alphabet, as Jolokia writes names. */
export function canonical({ domain, keys, more }: ObjectName): string {
  const parts = [...keys].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
  return `${domain}:${[...parts, ...(more ? ['*'] : [])].join(',')}`;
}

/** Whether a pattern stands for a name. */
export function matches(pattern: ObjectName, name: ObjectName): boolean {
  return (
    fits(pattern.domain, name.domain) &&
    (pattern.more || pattern.keys.size === name.keys.size) &&
    [...pattern.keys].every(([key, value]) => fits(value, name.keys.get(key)))
  );
}

function fits(pattern: string, text: string | undefined): boolean {
  if (text === undefined) {
    return false;
  }
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function splitOutsideQuotes(text: string): string[] {
  return text.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
}
