import { action } from '../api/testing/samples';
import { type Action } from '../api/types';
import { article, askedVerb, describeOutcome, noun, verb } from './texts';

const OUTCOMES: Array<Action['outcome']> = [
  'stopped',
  'ended by itself',
  'sent, not confirmed',
  'refused by coordinator',
  'unknown',
  '',
];

describe('what the dialog says about an outcome', () => {
  it('S30, S31: claims a stop only where the server proved one', () => {
    for (const outcome of OUTCOMES) {
      const { headline, explanation, tone } = describeOutcome(action({ phase: 'settled', outcome }));
      expect(tone === 'success').toBe(outcome === 'stopped');
      expect(`${headline} ${explanation}`.startsWith('Stopped')).toBe(outcome === 'stopped');
    }
  });

  it('S32: says of what may still change that reading goes on, and that nothing is sent again', () => {
    for (const outcome of OUTCOMES) {
      const { final, explanation } = describeOutcome(action({ phase: 'settled', outcome }));
      expect(explanation.includes('never sends it again')).toBe(!final);
    }
  });

  it('takes a word of a newer server for nothing proven', () => {
    const newer: Action = { ...action({ phase: 'settled' }), ...JSON.parse('{"outcome":"half stopped"}') };
    expect(describeOutcome(newer)).toMatchObject({ tone: 'warning', final: false });
  });

  it('names the act on the button, and never says OK', () => {
    expect(verb('cancel')).toBe('Cancel job');
    expect(verb('force-stop')).toBe('Force stop job');
  });

  it("names it by the coordinator's own word where that is its only stop", () => {
    expect(verb('force-stop', 'abort')).toBe('Abort job');
    expect(noun('force-stop', 'abort')).toBe('abort');
    expect(askedVerb('force-stop', 'abort')).toBe('Abort job');
    expect(verb('cancel', 'abort')).toBe('Cancel job');
    expect(article(noun('force-stop', 'abort'))).toBe('an abort');
    expect(article(noun('force-stop'))).toBe('a force stop');
  });

  it('S09: takes no word of a coordinator for more than a word', () => {
    expect(Array.from(verb('force-stop', `${'kill'.repeat(50)}`)).length).toBeLessThan(30);
    expect(verb('force-stop', 'a\u202Eb')).toBe('A‹U+202E›b job');
  });
});
