import { FieldType, getPanelDataSummary, type Field } from '@grafana/data';

import { frameRow, jobsFrame } from '../../model/testing/frames';
import { DEFAULT_OPTIONS, migrateOptions } from './options';
import { suggest } from './suggestions';

describe('the options of a stored panel', () => {
  it('stay as they are where they make sense', () => {
    const stored = { figure: 'deadline', soonPercent: 10, nowPercent: 20 } as const;
    expect(migrateOptions(stored)).toEqual(stored);
  });

  it('are those of a new panel where they do not', () => {
    expect(migrateOptions({})).toEqual(DEFAULT_OPTIONS);
    expect(migrateOptions({ figure: 'colour', soonPercent: 0, nowPercent: 'much' })).toEqual(DEFAULT_OPTIONS);
  });

  it('have the lesser limit first: no pair would ever be "act soon" otherwise', () => {
    expect(migrateOptions({ soonPercent: 90, nowPercent: 40 })).toMatchObject({ soonPercent: 40, nowPercent: 90 });
  });
});

describe('the panel is suggested', () => {
  it('for pairs of nodes, and for nothing else', () => {
    const fields = ['node', 'peer', 'reach', 'fill_ratio'].map((name): Field => ({
      name,
      type: FieldType.string,
      config: {},
      values: [],
    }));
    expect(suggest(getPanelDataSummary([{ length: 0, fields }]))).toHaveLength(1);
    expect(suggest(getPanelDataSummary([jobsFrame([frameRow()])]))).toBeUndefined();
  });
});
