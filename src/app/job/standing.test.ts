import { type JobReading } from '../../api/job';
import { JOB_ID } from '../../api/testing/samples';
import { type Episode, type JobPast } from '../../model/job';
import { readJobs } from '../../model/jobs';
import { AS_OF, frameRow, jobsFrame, type FrameRow } from '../../model/testing/frames';
import { readAddress, readRange, spanOf } from './address';
import { standingOf } from './standing';

const MINUTE = 60_000;
const CREATED = AS_OF - 7_200_000;

function episode(change: Partial<Episode> = {}): Episode {
  return {
    name: 'nightly-load',
    createTime: CREATED,
    state: 'canceling',
    word: 'CANCELING',
    since: AS_OF - 12 * MINUTE,
    quality: 'observed',
    master: '',
    ...change,
  };
}

function reading(rows: Array<Partial<FrameRow>>, episodes: Episode[]): JobReading {
  const past: JobPast = {
    blind: false,
    cut: false,
    pastNotKnown: '',
    episodes,
    nodes: [],
    nodesNotKnown: '',
    relatives: [],
    moreEnded: 0,
    link: '',
  };
  return { jobs: readJobs(jobsFrame(rows.map(frameRow))), past, failures: [], warnings: [] };
}

const address = { uid: 'zeta', id: JOB_ID, createTime: CREATED };
const END = episode({ state: 'canceled', since: AS_OF - MINUTE, until: AS_OF - MINUTE });

describe('how a job stands', () => {
  it('is open where the coordinator lists it', () => {
    expect(standingOf(reading([{}], [episode()]), address)).toMatchObject({ is: 'open', row: { id: JOB_ID } });
  });

  it('has ended where the last that was recorded is an end', () => {
    expect(standingOf(reading([], [episode(), END]), address)).toMatchObject({ is: 'ended', end: END });
  });

  it('is only last seen where nothing proves an end', () => {
    expect(standingOf(reading([], [episode({ state: 'lost', until: AS_OF })]), address)).toMatchObject({
      is: 'last seen',
    });
  });

  it('S15: is not that of another job that has the id now', () => {
    const later = CREATED + 60 * MINUTE;
    const other = reading([{ create_time: later }], []);
    expect(standingOf(other, address)).toEqual({ is: 'another', createTimes: [later] });
    expect(standingOf(other, { uid: 'zeta', id: JOB_ID })).toMatchObject({ is: 'open' });
    // What is recorded of the one that is meant counts, and nothing of the other.
    const both = reading([{ create_time: later }], [END, episode({ createTime: later })]);
    expect(standingOf(both, address)).toMatchObject({ is: 'ended', episodes: [END] });
  });

  it('is not found where nothing is known of it', () => {
    expect(standingOf(reading([], []), address)).toEqual({ is: 'not found' });
  });
});

describe("the page's address", () => {
  const search = (text: string) => new URLSearchParams(text);

  it('S08: names the job with every digit', () => {
    expect(readAddress(search(`ds=zeta&job=${JOB_ID}&created=${CREATED}`))).toEqual(address);
    expect(readAddress(search(`ds=zeta&job=${JOB_ID}`))).toEqual({ uid: 'zeta', id: JOB_ID, createTime: undefined });
  });

  it.each(['', 'ds=zeta', 'job=1', 'ds=&job=1'])('%s names none', (text) => {
    expect(readAddress(search(text))).toBeUndefined();
  });

  it.each([
    ['from=now-6h&to=now', { from: 'now-6h', to: 'now' }],
    ['from=1000&to=2000', { from: '1000', to: '2000' }],
    ['from=now-6h', { from: 'now-6h', to: 'now' }],
    ['from=2000&to=1000', undefined],
    ['from=yesterday', undefined],
    ['', undefined],
  ])('%s names the range %p', (text, range) => {
    expect(readRange(search(text))).toEqual(range);
  });

  it('shows from 15 min before the state began until now where it names none', () => {
    expect(spanOf(undefined, AS_OF - 60 * MINUTE, undefined, AS_OF)).toEqual({ from: AS_OF - 75 * MINUTE, to: AS_OF });
    // An ended job: what led to its end, and a little after it.
    expect(spanOf(undefined, AS_OF - 600 * MINUTE, AS_OF - 300 * MINUTE, AS_OF)).toEqual({
      from: AS_OF - 615 * MINUTE,
      to: AS_OF - 285 * MINUTE,
    });
  });

  it("goes by the server's clock", () => {
    const server = Date.now() + 45 * MINUTE;
    const { from, to } = spanOf({ from: 'now-1h', to: 'now' }, undefined, undefined, server);
    expect(Math.abs(to - server)).toBeLessThan(1000);
    expect(Math.abs(to - from - 60 * MINUTE)).toBeLessThan(1000);
  });
});
