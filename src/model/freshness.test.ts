import { freshness, readingAgeSeconds } from './freshness';
import { readJobs } from './jobs';
import { AS_OF, jobsFrame } from './testing/frames';

const SECOND = 1000;

describe('how far an answer may be believed', () => {
  // Received when it was read, polled every 10 s.
  it.each([
    ['right away', {}, 0, 'fresh'],
    ['after two intervals', {}, 20, 'fresh'],
    ['after more than two intervals', {}, 21, 'stale'],
    ['after two longer intervals', { pollIntervalSeconds: 60 }, 120, 'fresh'],
    ['when the backend is blind', { blind: true }, 0, 'blind'],
    ['when the coordinator was never read', { asOf: '' }, 0, 'blind'],
  ])('%s: %o after %d s is %s', (_, meta, seconds, expected) => {
    const answer = readJobs(jobsFrame([], meta));
    expect(freshness(answer, AS_OF, AS_OF + seconds * SECOND)).toBe(expected);
  });

  it('does not depend on the browser clock where the backend says when it answered', () => {
    const answer = readJobs(jobsFrame([], { answeredAt: new Date(AS_OF + 3 * SECOND).toISOString() }));
    const browserClock = AS_OF + 3_600 * SECOND;
    expect(readingAgeSeconds(answer, browserClock, browserClock)).toBe(3);
    expect(freshness(answer, browserClock, browserClock)).toBe('fresh');
    expect(freshness(answer, browserClock, browserClock + 30 * SECOND)).toBe('stale');
  });

  it('an age is never negative, whatever the clocks say', () => {
    const answer = readJobs(jobsFrame([]));
    expect(readingAgeSeconds(answer, AS_OF - 60 * SECOND, AS_OF - 90 * SECOND)).toBe(0);
  });
});
