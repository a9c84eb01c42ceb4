/** What a provisioning file is made of. */
export type Yaml = string | number | boolean | null | Yaml[] | { [name: string]: Yaml };

/** A name that needs no quotes in YAML. */
const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;

/** What nobody sees in a text, and marks of writing direction: in a file they are written out. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value as a provisioning file has it: blocks, and texts in double quotes, which are JSON's. Grafana takes $NAME of
 * such a file for a variable, so that "$" is written twice.
 */
export function toYaml(value: Yaml): string {
  return `${block(value, '').replace(/^\n/, '')}\n`;
}

function block(value: Yaml, indent: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? ' []' : value.map((one) => `\n${indent}- ${item(one, indent)}`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? ' {}'
      : entries.map(([name, one]) => `\n${indent}${entry(name, one, indent)}`).join('');
  }
  return ` ${scalar(value)}`;
}

/** An element of a list: its first line stands behind the dash. */
function item(value: Yaml, indent: string): string {
  return block(value, `${indent}  `).trimStart();
}

function entry(name: string, value: Yaml, indent: string): string {
  return `${PLAIN_NAME.test(name) ? name : JSON.stringify(name)}:${block(value, `${indent}  `)}`;
}

function scalar(value: string | number | boolean | null): string {
  if (typeof value !== 'string') {
    return String(value);
  }
  const escaped = JSON.stringify(value).replace(UNSEEN, written);
  return escaped.replaceAll('$', '$$$$');
}

/** A value of unknown make as YAML can hold it; what it cannot hold is left out. */
export function asYaml(value: unknown): Yaml {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) {
    return value;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : null;
  }
  if (Array.isArray(value)) {
    return value.map(asYaml);
  }
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, one]: [string, unknown]): Array<[string, Yaml]> =>
        one === undefined || typeof one === 'function' ? [] : [[name, asYaml(one)]]
      )
    );
  }
  return null;
}

/** In UTF-16, as both JSON and YAML have it. */
function written(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    ''
  );
}
