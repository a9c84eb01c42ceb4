import { LoadingState, type DataQueryResponse } from '@grafana/data';
import { firstValueFrom, of } from 'rxjs';

import { deliveryFrame } from '../model/testing/deliveryFrames';
import { countsFrame, frameRow, jobsFrame } from '../model/testing/frames';
import { toFailure } from './failure';
import { ENDING_JOBS_LIMIT, readCoordinatorJobs } from './jobs';

const get = jest.fn();
const query = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getDataSourceSrv: () => ({ get, getInstanceSettings: () => ({ jsonData: { kind } }) }),
}));

let kind: string | undefined;

beforeEach(() => (kind = undefined));

const counts = { ...countsFrame({ running: 2, canceling: 1 }), refId: 'counts' };
const ending = { ...jobsFrame([frameRow()]), refId: 'ending' };

function answer(response: Partial<DataQueryResponse>) {
  query.mockReturnValue(of({ data: [], state: LoadingState.Done, ...response }));
  return firstValueFrom(readCoordinatorJobs('zeta'));
}

const failureOf = (response: Partial<DataQueryResponse>) => answer(response).catch(toFailure);

beforeEach(() => {
  query.mockReset();
  get.mockReset().mockResolvedValue({ query });
});

describe('asking a data source for its jobs', () => {
  it("sends all queries in one request of the data source's own", async () => {
    await answer({ data: [counts, ending] });
    expect(get).toHaveBeenCalledWith({ uid: 'zeta', type: 'unjam-coordinator-datasource' });
    expect(query).toHaveBeenCalledTimes(1);
    expect(query.mock.calls[0][0].targets).toEqual([
      expect.objectContaining({ queryType: 'metric', schemaVersion: 1, metric: 'jobs' }),
      expect.objectContaining({
        queryType: 'jobs',
        schemaVersion: 1,
        states: ['canceling', 'failing', 'savepointing'],
        sortBy: 'age',
        sortDesc: true,
        limit: ENDING_JOBS_LIMIT,
      }),
      expect.objectContaining({ queryType: 'jobs', states: ['lost'], limit: ENDING_JOBS_LIMIT }),
      expect.objectContaining({ queryType: 'jobs', stuckOnly: true, sortBy: 'age', limit: ENDING_JOBS_LIMIT }),
    ]);
  });

  it('S08: reads counts and rows with every digit, and what the backend warns of once', async () => {
    const notices = [
      { severity: 'error' as const, text: 'Split cluster.' },
      { severity: 'info' as const, text: 'Polled every 20 s.' },
    ];
    const warned = [counts, ending].map((frame) => ({ ...frame, meta: { ...frame.meta, notices } }));
    const reading = await answer({ data: warned });
    expect(reading.counts).toEqual([
      { state: 'running', jobs: 2 },
      { state: 'canceling', jobs: 1 },
    ]);
    expect(reading.ending.rows.map(({ id }) => id)).toEqual(['733584788375666689']);
    expect(reading.warnings).toEqual(['Split cluster.']);
  });

  it('S17: reads the lost jobs with the episodes by which they are dismissed', async () => {
    const lost = { ...jobsFrame([frameRow({ state: 'lost', episode: 'e7' })]), refId: 'lost' };
    expect((await answer({ data: [counts, ending, lost] })).lost?.rows).toMatchObject([
      { state: 'lost', episode: 'e7' },
    ]);
    expect((await answer({ data: [counts, ending] })).lost).toBeUndefined();
  });

  it('asks a cluster that tells of event delivery for the pairs that lose something, and nobody else', async () => {
    kind = 'cloverdx';
    const pairs = { ...deliveryFrame([]), refId: 'delivery' };
    expect((await answer({ data: [counts, ending, pairs] })).delivery?.rows).toEqual([]);
    expect(query.mock.calls[0][0].targets.at(-1)).toMatchObject({ queryType: 'delivery', lostOnly: true });
    const garbage = { ...counts, refId: 'delivery' };
    expect((await answer({ data: [counts, ending, garbage] })).delivery).toBeUndefined();
  });

  it('reads the jobs that hang in any state', async () => {
    const stuck = { ...jobsFrame([frameRow({ state: 'running' })]), refId: 'stuck' };
    expect((await answer({ data: [counts, ending, stuck] })).stuck?.rows).toMatchObject([{ state: 'running' }]);
    expect((await answer({ data: [counts, ending] })).stuck).toBeUndefined();
  });

  it('takes no counts for no counts, and not for none', async () => {
    expect((await answer({ data: [ending] })).counts).toBeUndefined();
  });

  it('says why there is no list, each reason once', async () => {
    const errors = [{ message: 'zeta was never read.' }, { message: 'zeta was never read.' }];
    expect(await failureOf({ errors })).toMatchObject({ message: 'zeta was never read.' });
    expect(await failureOf({})).toMatchObject({ message: expect.stringMatching(/no reason\. Look at/) });
    expect(await failureOf({ data: [{ ...counts, refId: 'ending' }] })).toMatchObject({
      message: expect.stringMatching(/no list of jobs/),
    });
  });

  it('says what to do when the data source is gone', async () => {
    get.mockRejectedValue(new Error('not found'));
    expect(await failureOf({})).toMatchObject({ message: expect.stringMatching(/deleted; reload/) });
  });

  it('waits for the answer when the data source first says that it is loading', async () => {
    query.mockReturnValue(
      of({ data: [], state: LoadingState.Loading }, { data: [counts, ending], state: LoadingState.Done })
    );
    expect((await firstValueFrom(readCoordinatorJobs('zeta'))).ending.rows).toHaveLength(1);
  });
});
