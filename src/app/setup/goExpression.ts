/** Flags that both languages have, at the beginning of an expression. */
const FLAGS = /^\(\?([is]+)\)/;
/** What may be escaped in Go though it means nothing, and in JavaScript only where it means something. */
const HARMLESS = /[^A-Za-z0-9^$\\.*+?()[\]{}|/]/;

/**
 * An expression of Alertmanager's (Go's RE2, and the whole value must fit) as the browser's own; undefined where the
 * browser does not understand it. The flag `u` makes it refuse all that the two languages take for different things.
 */
export function goExpression(text: string): RegExp | undefined {
  const [head = '', flags = ''] = FLAGS.exec(text) ?? [];
  const body = text
    .slice(head.length)
    .replaceAll('(?P<', '(?<')
    .replace(/\\(.)/gsu, (pair: string, character: string) => (HARMLESS.test(character) ? inHex(character) : pair));
  try {
    return new RegExp(`^(?:${body})$`, `u${Array.from(new Set(flags)).join('')}`);
  } catch {
    return undefined;
  }
}

function inHex(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
