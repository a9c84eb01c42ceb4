import { FieldType } from '@grafana/data';

import { NotJobsError, readJobs } from './jobs';
import { AS_OF, frameRow, jobsFrame } from './testing/frames';

describe('reading a frame of jobs', () => {
  it('S08: keeps every digit of an id', () => {
    const answer = readJobs(jobsFrame([frameRow({ job_id: '733584788375666689' })]));
    expect(answer.rows[0]?.id).toBe('733584788375666689');
  });

  it('S08: refuses ids that became numbers on the way', () => {
    const frame = jobsFrame([frameRow()]);
    const fields = frame.fields.map((field) =>
      field.name === 'job_id' ? { ...field, type: FieldType.number } : field
    );
    expect(() => readJobs({ ...frame, fields })).toThrow(/digits may be lost/);
  });

  it('refuses a frame of another kind, saying what to choose', () => {
    const frame = { length: 0, fields: [{ name: 'Value', type: FieldType.number, config: {}, values: [] }] };
    expect(() => readJobs(frame)).toThrow(NotJobsError);
    expect(() => readJobs(frame)).toThrow(/query type/);
  });

  it('reads times, and knows that a missing one is missing', () => {
    const [row] = readJobs(jobsFrame([frameRow({ create_time: null })])).rows;
    expect(row?.since).toBe(AS_OF - 720_000);
    expect(row?.createTime).toBeUndefined();
  });

  it('takes a word that it does not know for "unknown"', () => {
    const [row] = readJobs(jobsFrame([frameRow({ state: 'dreaming', quality: 'guessed' })])).rows;
    expect(row?.state).toBe('unknown');
    expect(row?.quality).toBe('');
  });

  it('keeps the order of the server', () => {
    const ids = ['3', '1', '2'];
    const answer = readJobs(jobsFrame(ids.map((id) => frameRow({ job_id: id, age_seconds: Number(id) }))));
    expect(answer.rows.map(({ id }) => id)).toEqual(ids);
  });

  it('takes an answer that lost its meta for nothing better than blind and incomplete', () => {
    const { meta: _, ...frame } = jobsFrame([frameRow()]);
    const answer = readJobs(frame);
    expect(answer).toMatchObject({ blind: true, complete: false, total: 1, notes: [], pollIntervalSeconds: 10 });
    expect(answer.asOf).toBeUndefined();
  });

  it.each(['', '0001-01-01T00:00:00Z'])('a coordinator that was never read (asOf "%s") has no as-of', (asOf) => {
    expect(readJobs(jobsFrame([], { asOf })).asOf).toBeUndefined();
  });
});
