import { inertName, shortened, visibleText } from './text';

const LONG = `begin-${'x'.repeat(10_000)}-end`;

describe('a name from outside', () => {
  it.each<[what: string, hostile: string, shown: string]>([
    ['nothing', '', ''],
    ['HTML', '<img src=x onerror=alert(1)> &amp; "x"', '<img src=x onerror=alert(1)> &amp; "x"'],
    ['letters of the world', 'Übung 夜 データ', 'Übung 夜 データ'],
    ['NUL', 'a\u0000b', 'a‹U+0000›b'],
    ['ESC and a colour of terminals', '\u001B[31mred', '‹U+001B›[31mred'],
    ['DEL and C1 controls', '\u007F\u009B1m', '‹U+007F›‹U+009B›1m'],
    ['a line break', 'one\r\ntwo', 'one‹U+000D›‹U+000A›two'],
    ['separators of lines', 'a\u2028b\u2029c', 'a‹U+2028›b‹U+2029›c'],
    ['a right-to-left override (RLO)', 'safe\u202Egnp.exe', 'safe‹U+202E›gnp.exe'],
    ['isolates (LRI, PDI)', '\u2066abc\u2069', '‹U+2066›abc‹U+2069›'],
    ['marks of direction', 'a\u200E\u200F\u061Cb', 'a‹U+200E›‹U+200F›‹U+061C›b'],
    ['zero width', 'a\u200B\u200C\u200D\u2060\uFEFFb', 'a‹U+200B›‹U+200C›‹U+200D›‹U+2060›‹U+FEFF›b'],
    ['a soft hyphen', 'pass\u00ADword', 'pass‹U+00AD›word'],
    ['fillers that look like nothing', 'a\u3164\u115Fb', 'a‹U+3164›‹U+115F›b'],
    ['tags, which are copies of ASCII', 'a\u{E0041}b', 'a‹U+E0041›b'],
    ['half a character', 'a\uD800b', 'a‹U+D800›b'],
    ['private characters', 'a\uE000b', 'a‹U+E000›b'],
    ['emoji', '🚀 load', '🚀 load'],
    ['emoji of several characters', '👩‍🚀 👨‍👩‍👧 👍🏽 ❤️', '👩‍🚀 👨‍👩‍👧 👍🏽 ❤️'],
    ['a joiner that joins no emoji', 'a\u200Db', 'a‹U+200D›b'],
    ['accents that belong there', 'e\u0301 ক্ষ্ম', 'e\u0301 ক্ষ্ম'],
    ['a heap of accents', `z${'\u0301'.repeat(50)}a`, `z${'\u0301'.repeat(4)}‹46 accents›a`],
  ])('with %s is shown so that nothing hides', (_, hostile, shown) => {
    expect(visibleText(hostile)).toBe(shown);
    expect(inertName(hostile)).toBe(shown);
  });

  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'a…d'],
    ['abcdef', 4, 'ab…f'],
    ['abcdef', 1, '…'],
    ['😀😁😂😃', 3, '😀…😃'],
    ['😀😀', 2, '😀😀'],
    ['', 5, ''],
  ])('"%s" is cut to %d characters in its middle: "%s"', (text, characters, cut) => {
    expect(shortened(text, characters)).toBe(cut);
  });

  it('of 10 kB keeps its beginning and its end', () => {
    const shown = inertName(LONG, 40);
    expect(Array.from(shown)).toHaveLength(40);
    expect(shown).toMatch(/^begin-x+…x+-end$/);
  });

  it('of 10 kB of invisible characters stays short', () => {
    expect(inertName('\u202E'.repeat(10_000), 40).length).toBeLessThanOrEqual(40);
  });

  it('written from right to left does not change the order of the words around it', () => {
    expect(inertName('עבודה')).toBe('\u2068עבודה\u2069');
    expect(inertName('مهمة 7')).toBe('\u2068مهمة 7\u2069');
    expect(inertName('nightly-load')).toBe('nightly-load');
  });

  it('cannot close the brackets that isolate it', () => {
    expect(inertName('\u2069עבודה')).toBe('\u2068‹U+2069›עבודה\u2069');
  });
});
