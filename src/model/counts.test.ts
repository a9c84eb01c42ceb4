import { FieldType, type Field } from '@grafana/data';

import { readCounts } from './counts';
import { countsFrame } from './testing/frames';

describe('counting jobs by state', () => {
  it('keeps the order of the states, and leaves out those without a job', () => {
    expect(readCounts(countsFrame({ canceling: 2, failing: 0, running: 3 }))).toEqual([
      { state: 'running', jobs: 3 },
      { state: 'canceling', jobs: 2 },
    ]);
  });

  it('counts states that this version does not know as unknown', () => {
    expect(readCounts(countsFrame({ dreaming: 1, unknown: 2 }))).toEqual([{ state: 'unknown', jobs: 3 }]);
  });

  it('counts nothing where a field is no count', () => {
    const frame = countsFrame({ running: 1 });
    const without = (change: Partial<Field>) => ({
      ...frame,
      fields: frame.fields.map((field) => ({ ...field, ...change })),
    });
    expect(readCounts(countsFrame({ running: NaN }))).toEqual([]);
    expect(readCounts(without({ labels: undefined }))).toEqual([]);
    expect(readCounts(without({ type: FieldType.string }))).toEqual([]);
    expect(readCounts({ ...frame, fields: [] })).toEqual([]);
  });
});
