import { STATES, toState } from './states';

describe('a state', () => {
  it.each(STATES)('%s is known', (state) => {
    expect(toState(state)).toBe(state);
  });

  it.each(['', 'CANCELING', 'done', 'toString'])('"%s" is unknown, and so never an end', (word) => {
    expect(toState(word)).toBe('unknown');
  });
});
