import { type JobsReading } from '../api/jobs';
import { toFailure } from '../api/failure';
import { gatewayError, support } from '../api/testing/samples';
import { type Support } from '../api/types';
import { readJobs } from '../model/jobs';
import { AS_OF, jobsFrame } from '../model/testing/frames';
import { type CoordinatorState } from './coordinatorState';
import { asOfStatement, isWhole, see, showsPresent } from './sight';

const SECOND = 1000;

function reading(meta: Record<string, unknown> = {}, warnings: string[] = []): JobsReading {
  return { counts: [], ending: readJobs(jobsFrame([], meta)), warnings };
}

function coordinator(change: Partial<Support> = {}, jobs: JobsReading = reading()): CoordinatorState {
  return {
    source: { uid: 'zeta', name: 'Zeta' },
    support: { value: support(change), receivedAt: AS_OF },
    jobs: { value: jobs, receivedAt: AS_OF },
    audit: {},
    approvals: {},
    aftermath: {},
  };
}

const failure = toFailure(gatewayError(502));
const healthy = coordinator();

describe('how a coordinator is seen', () => {
  it.each<[string, CoordinatorState, number, string, RegExp]>([
    ['nothing has answered', { ...healthy, support: {}, jobs: {} }, 0, 'asking', /^$/],
    ['all is well', healthy, 0, 'seen', /^$/],
    ['all was well a while ago', healthy, 31, 'stale', /No newer answer.*how it was at 2026/],
    [
      'S01: it is not reachable',
      coordinator({ reachable: false, fault: 'Connection refused.' }),
      0,
      'not seen',
      /^Connection refused\.$/,
    ],
    ['S01: it is not reachable for no reason', coordinator({ reachable: false }), 0, 'not seen', /Look at the data/],
    [
      'S01: it is not reachable, and the query says it too',
      coordinator(
        { reachable: false, fault: 'Connection refused.' },
        reading({ blind: true }, ['UNKNOWN: connection refused'])
      ),
      0,
      'not seen',
      /^Connection refused\.$/,
    ],
    [
      'S01: only the query knows that it is blind',
      coordinator({}, reading({ blind: true })),
      0,
      'not seen',
      /not seen/,
    ],
    ['S14: a poll was answered in part', coordinator({ fault: 'The list hangs.' }), 0, 'in part', /^The list hangs\.$/],
    ['it was never read completely', coordinator({ asOf: '0001-01-01T00:00:00Z' }), 0, 'in part', /not been read/],
    ['S16: its masters disagree', coordinator({}, reading({}, ['Split cluster.'])), 0, 'in part', /^Split cluster\.$/],
    ['its jobs cannot be asked for', { ...healthy, jobs: { failure } }, 0, 'in part', /jobs could not be read.*502/],
    [
      'the backend does not answer any more',
      { ...healthy, support: { ...healthy.support, failure } },
      0,
      'not known',
      /502.*how it was at 2026/,
    ],
    ['the backend never answered', { ...healthy, support: { failure } }, 0, 'not known', /502/],
  ])('when %s', (_, state, seconds, sight, sentences) => {
    const seen = see(state, AS_OF + seconds * SECOND);
    expect(seen.sight).toBe(sight);
    expect(seen.sentences.join(' ')).toMatch(sentences);
  });
});

describe('how far the jobs may be believed', () => {
  const jobs = { value: reading(), receivedAt: AS_OF };
  it.each<[string, CoordinatorState['jobs'], number, boolean, boolean]>([
    ['they were just read', jobs, 0, true, true],
    ['they are stale', jobs, 25, true, false],
    ['they are old', jobs, 31, false, false],
    ['the backend is blind', { ...jobs, value: reading({ blind: true }) }, 0, false, false],
    ['the list is not whole', { ...jobs, value: reading({ complete: false }) }, 0, true, false],
    ['the newest question failed', { ...jobs, failure }, 0, false, false],
    ['nobody answered', {}, 0, false, false],
  ])('when %s', (_, known, seconds, present, whole) => {
    const now = AS_OF + seconds * SECOND;
    expect([showsPresent(known, now), isWhole(known, now)]).toEqual([present, whole]);
  });

  it.each<[CoordinatorState['jobs'], number, string]>([
    [jobs, 0, '2026-11-22 12:00:00'],
    [jobs, 65, '2026-11-22 12:00:00, 1 min 05 s ago'],
    [{ ...jobs, failure }, 5, '2026-11-22 12:00:00, 5 s ago'],
    [{ ...jobs, value: reading({ asOf: '' }) }, 0, 'Never read completely.'],
    [{}, 0, 'Asking…'],
    [{ failure }, 0, 'Not read.'],
  ])('the time is said with its age where it is not the present (%#)', (known, seconds, text) => {
    expect(asOfStatement(known, AS_OF + seconds * SECOND)).toBe(text);
  });
});
