/**
 * Names and words come from whoever submits jobs, so they may hold anything. React renders them as text; what is left
 * are characters that nobody sees but that change how a line reads: controls, direction overrides, zero-width ones.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with every invisible character written out, as "‹U+202E›". */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

/** The text, cut to a number of characters (never inside one) with "…" at the end. */
export function shortened(text: string, characters: number): string {
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, Math.max(0, characters - 1)).join('')}…`;
}
