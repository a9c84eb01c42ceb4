import { shortened, visibleText } from './text';

describe('a name from outside', () => {
  it('keeps what can be seen', () => {
    expect(visibleText('<img src=x onerror=alert(1)> Übung 夜 "x"')).toBe('<img src=x onerror=alert(1)> Übung 夜 "x"');
  });

  it.each([
    ['a right-to-left override', 'safe\u202Egnp.exe', 'safe‹U+202E›gnp.exe'],
    ['a line break', 'one\ntwo', 'one‹U+000A›two'],
    ['a zero-width space', 'a\u200Bb', 'a‹U+200B›b'],
    ['an escape', '\u001B[31m', '‹U+001B›[31m'],
    ['a line separator', 'a\u2028b', 'a‹U+2028›b'],
  ])('shows %s', (_, hostile, shown) => {
    expect(visibleText(hostile)).toBe(shown);
  });

  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['👩‍🚀👩‍🚀', 1, '…'],
    ['😀😀😀', 2, '😀…'],
    ['', 5, ''],
  ])('"%s" is cut to %d characters as "%s"', (text, characters, cut) => {
    expect(shortened(text, characters)).toBe(cut);
  });
});
