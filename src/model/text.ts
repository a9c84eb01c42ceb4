import { t } from '../i18n/text';

/**
 * Names, words and reasons come from whoever submits jobs or types them, so they may hold anything. React renders them
 * as text; what is left are characters that nobody sees but that change how a line reads (controls, marks of writing
 * direction, what has no width), letters that are written from the right, heaps of accents, and sheer length.
 */

/** An emoji may be made of several characters, joined by ones that are invisible elsewhere: it is left whole. */
const PICTOGRAPH = '\\p{Extended_Pictographic}(?:\\p{Emoji_Modifier}|\\uFE0F)?';
const EMOJI = `${PICTOGRAPH}(?:\\u200D${PICTOGRAPH})*`;
/** Controls, format characters, separators of lines, private and broken ones, and what screens are told to ignore. */
const UNSEEN = '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cs}\\p{Default_Ignorable_Code_Point}]';
const EMOJI_OR_UNSEEN = new RegExp(`(${EMOJI})|${UNSEEN}`, 'gu');
/** No script stacks more accents on one letter; more of them cover the lines around. */
const ACCENTS = 4;
const TOO_MANY_ACCENTS = new RegExp(`(\\p{M}{${ACCENTS}})(\\p{M}+)`, 'gu');
/** The scripts that are written from right to left: next to other text, they would change its order. */
const FROM_THE_RIGHT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
/** Unicode's own brackets for a text that must not change the order of its neighbours. */
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';

/** As much of a text as a person reads at a glance, where nothing says otherwise. */
export const GLANCE = 120;
/** As much of a sentence as does not push all else off the screen. */
export const SENTENCE = 1000;

/** The text with every character that cannot be seen written out, as "‹U+202E›", and heaps of accents cut. */
export function visibleText(text: string): string {
  return text
    .replace(EMOJI_OR_UNSEEN, (found: string, emoji: string | undefined) => emoji ?? written(found))
    .replace(TOO_MANY_ACCENTS, (_, first: string, rest: string) => `${first}${accents(Array.from(rest).length)}`);
}

/** How many accents are not shown. */
function accents(left: number): string {
  return t('model.text.accents', '‹{{left}} accents›', { left });
}

function written(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}

/**
 * The text cut in its middle to a number of characters (never inside one), with "…" there: both the beginning and the
 * end of a name tell it from others.
 */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) {
    return text;
  }
  const all = Array.from(text);
  if (all.length <= characters) {
    return text;
  }
  const kept = Math.max(0, characters - 1);
  const end = Math.floor(kept / 2);
  return `${all.slice(0, kept - end).join('')}…${end > 0 ? all.slice(-end).join('') : ''}`;
}

/**
 * A foreign name as it may stand in any sentence of ours: visible, no longer than said, and without effect on the order
 * of the words around it. In a page's own elements, ForeignText does the same and gives the whole on demand.
 */
export function inertName(text: string, characters = GLANCE): string {
  return isolated(shortened(visibleText(text), characters));
}

/** A text that holds letters from right to left between Unicode's isolates; any other as it is. */
function isolated(text: string): string {
  return FROM_THE_RIGHT.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_DIRECTIONAL_ISOLATE}` : text;
}
