import { getPanelDataSummary } from '@grafana/data';

import { countsFrame, frameRow, jobsFrame } from '../../model/testing/frames';
import { DEFAULT_OPTIONS, migrateOptions } from './options';
import { suggest } from './suggestions';

describe('the options of a stored panel', () => {
  it('of 0.1, which knew fewer, are those of then', () => {
    expect(migrateOptions({ showActions: false, showNodes: true })).toEqual({
      showActions: false,
      showFinding: true,
      showNodes: true,
    });
  });

  it('that are missing or make no sense are those of a new panel', () => {
    expect(migrateOptions({})).toEqual(DEFAULT_OPTIONS);
    expect(migrateOptions({ showActions: 'no', other: 1 })).toEqual(DEFAULT_OPTIONS);
  });
});

describe('the panel is suggested', () => {
  it('for a list of jobs, without buttons in the preview', () => {
    const [suggestion] = suggest(getPanelDataSummary([jobsFrame([frameRow()])])) ?? [];
    expect(suggestion?.name).toBe('Stuck jobs');
    suggestion?.cardOptions?.previewModifier?.(suggestion);
    expect(suggestion?.options).toEqual({ showActions: false });
  });

  it('for nothing else', () => {
    expect(suggest(getPanelDataSummary([countsFrame({ running: 3 })]))).toBeUndefined();
    expect(suggest(getPanelDataSummary([]))).toBeUndefined();
  });
});
