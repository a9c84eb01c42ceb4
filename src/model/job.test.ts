import { FieldType, type DataFrame } from '@grafana/data';

import { readGrounds } from './evidence';
import { readEvents } from './events';
import { readJobPast } from './job';
import { AS_OF } from './testing/frames';

function frame(name: string, columns: Record<string, unknown[]>, custom: object = {}): DataFrame {
  const fields = Object.entries(columns).map(([column, values]) => ({
    name: column,
    type: FieldType.other,
    config: {},
    values,
  }));
  return { refId: 'job', name, length: fields[0]?.values.length ?? 0, fields, meta: { custom: { ...custom } } };
}

describe('the past of a job', () => {
  it('is read with what is not known left out, and never taken for something', () => {
    const past = readJobPast([
      frame(
        'episodes',
        { state: ['canceling', 'strange'], since: [AS_OF, AS_OF], quality: ['observed', 'sure'], until: [null, AS_OF] },
        { blind: false, link: 'https://ui.example/1' }
      ),
      frame('nodes', { node: ['a', 'b', 'c'], present: [true, false, null] }),
      frame('relatives', { role: ['child'], job_id: ['9'], state: ['running'], ended: ['gone'] }),
    ]);
    expect(past?.episodes.map(({ state, quality, until }) => [state, quality, until])).toEqual([
      ['canceling', 'observed', undefined],
      ['unknown', '', AS_OF],
    ]);
    expect(past?.nodes.map(({ present }) => present)).toEqual([true, false, undefined]);
    expect(past?.relatives).toMatchObject([{ role: 'child', id: '9', ended: 'gone' }]);
    expect(past?.link).toBe('https://ui.example/1');
  });

  it('S09: has no link but to a web page, and is blind without the word of the backend', () => {
    const past = readJobPast([frame('episodes', { since: [] }, { link: 'javascript:alert(1)' })]);
    expect(past).toMatchObject({ link: '', blind: true });
    expect(readJobPast([frame('nodes', { node: [] })])).toBeUndefined();
  });
});

describe('evidence', () => {
  it('has its time and its source; what is missing stands apart', () => {
    const lines = [
      '2026-11-22T12:00:00Z · list of jobs · It is CANCELING · still.',
      '2026-11-22T12:00:00Z · not known · No worker was asked.',
      'Something of another form.',
    ];
    expect(readGrounds(lines)).toEqual({
      evidence: [
        { at: AS_OF, source: 'list of jobs', sentence: 'It is CANCELING · still.' },
        { source: '', sentence: 'Something of another form.' },
      ],
      lacks: ['No worker was asked.'],
    });
  });
});

describe('events', () => {
  it('are read with their times; a severity of tomorrow is a warning', () => {
    const events = readEvents(
      frame('events', { timestamp: [AS_OF], kind: ['member left'], severity: ['fatal'] }, { cut: true })
    );
    expect(events).toMatchObject({ cut: true, rows: [{ at: AS_OF, severity: 'warning' }] });
    expect(readEvents(frame('jobs', { job_id: [] }))).toBeUndefined();
  });
});
