import { BehaviorSubject, defer, NEVER, of, Subject, throwError } from 'rxjs';

import { gatewayError } from '../api/testing/samples';
import { GIVE_UP_AFTER, kept, REFRESH_EVERY, visibility, type Kept } from './refresh';

let hidden = false;

function setHidden(value: boolean) {
  hidden = value;
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  hidden = false;
});

afterEach(() => jest.useRealTimers());

describe('what is asked again and again', () => {
  it('is asked at once, and every ten seconds while the page is seen', () => {
    let asked = 0;
    const subscription = kept(
      defer(() => of(++asked)),
      visibility()
    ).subscribe();
    jest.advanceTimersByTime(0);
    expect(asked).toBe(1);
    jest.advanceTimersByTime(3 * REFRESH_EVERY);
    expect(asked).toBe(4);
    subscription.unsubscribe();
    jest.advanceTimersByTime(3 * REFRESH_EVERY);
    expect(asked).toBe(4);
  });

  it('is not asked while the page is hidden, and at once when it is seen again', () => {
    let asked = 0;
    setHidden(true);
    const subscription = kept(
      defer(() => of(++asked)),
      visibility()
    ).subscribe();
    jest.advanceTimersByTime(10 * REFRESH_EVERY);
    expect(asked).toBe(0);
    setHidden(false);
    jest.advanceTimersByTime(0);
    expect(asked).toBe(1);
    setHidden(true);
    jest.advanceTimersByTime(10 * REFRESH_EVERY);
    expect(asked).toBe(1);
    subscription.unsubscribe();
  });

  it('does not pile up: a slow answer is waited for, and heard', () => {
    let asked = 0;
    let open = 0;
    const answers = new Subject<string>();
    const seen: Array<Kept<string>> = [];
    const subscription = kept(
      defer(() => {
        asked++;
        open++;
        return answers;
      }),
      new BehaviorSubject(true)
    ).subscribe((known) => seen.push(known));
    jest.advanceTimersByTime(2.5 * REFRESH_EVERY);
    expect(asked).toBe(1);
    answers.next('late');
    answers.complete();
    expect(seen).toEqual([{ value: 'late', receivedAt: 2.5 * REFRESH_EVERY }]);
    expect(open).toBe(1);
    subscription.unsubscribe();
  });

  it('gives up on an answer that never comes, and asks again', () => {
    let asked = 0;
    const seen: Array<Kept<string>> = [];
    const subscription = kept(
      defer(() => {
        asked++;
        return NEVER;
      }),
      of(true)
    ).subscribe((known) => seen.push(known));
    jest.advanceTimersByTime(GIVE_UP_AFTER + REFRESH_EVERY);
    expect(seen).toEqual([{ failure: expect.objectContaining({ message: expect.stringMatching(/within 30 s/) }) }]);
    expect(asked).toBe(2);
    subscription.unsubscribe();
  });

  it('keeps the last answer beside a failure, until the next answer', () => {
    const rounds = [of('first'), throwError(() => gatewayError(502)), of('third')];
    const seen: Array<Kept<string>> = [];
    const subscription = kept(
      defer(() => rounds.shift() ?? NEVER),
      of(true)
    ).subscribe((known) => seen.push(known));
    jest.advanceTimersByTime(2 * REFRESH_EVERY);
    expect(seen).toEqual([
      { value: 'first', receivedAt: 0 },
      { value: 'first', receivedAt: 0, failure: expect.objectContaining({ status: 502 }) },
      { value: 'third', receivedAt: 2 * REFRESH_EVERY },
    ]);
    subscription.unsubscribe();
  });
});
