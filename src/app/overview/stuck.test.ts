import { readJobs } from '../../model/jobs';
import { frameRow, jobsFrame, type FrameRow } from '../../model/testing/frames';
import { type CoordinatorState } from '../coordinatorState';
import { stuckJobs } from './stuck';

const list = (rows: Array<Partial<FrameRow>>) => readJobs(jobsFrame(rows.map(frameRow)));

function coordinator(ending: Array<Partial<FrameRow>>, stuck?: Array<Partial<FrameRow>>): CoordinatorState {
  return {
    source: { uid: 'clover', name: 'Clover' },
    support: {},
    jobs: { value: { ending: list(ending), stuck: stuck && list(stuck), warnings: [] }, receivedAt: 0 },
    audit: {},
    approvals: {},
    aftermath: {},
  };
}

const ids = (state: CoordinatorState) =>
  stuckJobs(
    [state],
    () => true,
    () => undefined
  ).map(({ row }) => row.id);

describe('the stuck jobs of the overview', () => {
  it('hold parents that hang while they run, each job once, the oldest first', () => {
    const parent = { job_id: 'parent', state: 'running', age_seconds: 900 };
    const canceling = { job_id: 'canceling', age_seconds: 300 };
    expect(ids(coordinator([canceling], [parent, canceling]))).toEqual(['parent', 'canceling']);
  });

  it('are those on their way to an end where the others could not be read', () => {
    expect(ids(coordinator([{ job_id: '1' }, { job_id: '2', stuck: false }]))).toEqual(['1']);
  });
});
