import { FieldType, toDataFrame, type AnnotationQuery } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { firstValueFrom, of } from 'rxjs';

import { accessibilityProblems } from '../model/testing/accessibility';
import { AnnotationQueryEditor, eventAnnotations } from './annotations';
import { defaultEventsQuery, defaultJobsQuery, type UnjamQuery } from './query';

const annotation = (target?: DataQuery) =>
  ({ name: 'Cluster', enable: true, iconColor: 'red', target }) as AnnotationQuery<UnjamQuery>;

async function processed(...frames: Array<Parameters<typeof toDataFrame>[0]>) {
  const events = eventAnnotations.processEvents?.(annotation(), frames.map(toDataFrame));
  return events && firstValueFrom(events);
}

async function openEditor(query: DataQuery) {
  const onChange = jest.fn();
  const onRunQuery = jest.fn();
  const { container } = render(
    <AnnotationQueryEditor
      query={query as UnjamQuery}
      datasource={{ nodeNames: () => of(['node01']) }}
      onChange={onChange}
      onRunQuery={onRunQuery}
    />
  );
  await act(async () => undefined);
  return { container, user: userEvent.setup(), onChange, onRunQuery };
}

describe('annotations', () => {
  it('ask for all events by themselves', () => {
    expect(eventAnnotations.getDefaultQuery?.()).toMatchObject({ queryType: 'events', schemaVersion: 1 });
    expect(eventAnnotations.prepareQuery?.(annotation())).toMatchObject({ refId: 'Anno', queryType: 'events' });
    expect(eventAnnotations.prepareQuery?.(annotation({ refId: 'B' }))).toMatchObject({
      refId: 'B',
      queryType: 'events',
    });
  });

  it('keep what is chosen, and show nothing but events', () => {
    const chosen = { ...defaultEventsQuery('A'), kinds: ['master changed'], limit: 5 };
    expect(eventAnnotations.prepareQuery?.(annotation(chosen))).toEqual(chosen);
    expect(eventAnnotations.prepareQuery?.(annotation(defaultJobsQuery('A')))).toEqual(defaultEventsQuery('A'));
  });

  it('leave a query of another version to the backend, which refuses it aloud', () => {
    const newer = { refId: 'A', queryType: 'events', schemaVersion: 2 };
    expect(eventAnnotations.prepareQuery?.(annotation(newer))).toBe(newer);
  });

  it('S21: are escaped, since Grafana shows them as HTML', async () => {
    const events = await processed({
      fields: [
        { name: 'timestamp', type: FieldType.time, values: [1000, 2000] },
        { name: 'body', type: FieldType.string, values: ['<img src=x onerror=alert(1)> left & "went".', 'b joined.'] },
        { name: 'id', type: FieldType.string, values: ['a1', 'a2'] },
        { name: 'kind', type: FieldType.string, values: ['member left', 'member joined'] },
      ],
    });
    expect(events).toEqual([
      {
        time: 1000,
        text: expect.stringMatching(/^&lt;img src=x onerror=alert\(1\)&gt; left &amp; /),
        id: 'a1',
        tags: ['member left'],
      },
      { time: 2000, text: 'b joined.', id: 'a2', tags: ['member joined'] },
    ]);
  });

  it('are none where a frame holds no events', async () => {
    await expect(processed({ fields: [{ name: 'job_id', values: ['1'] }] })).resolves.toEqual([]);
    await expect(processed()).resolves.toEqual([]);
  });

  it('are chosen in an editor of their own', async () => {
    const { container, user, onChange, onRunQuery } = await openEditor({ refId: 'A' });
    expect(screen.queryByRole('radio')).not.toBeInTheDocument();
    await user.click(screen.getByLabelText(/^Limit/));
    await user.paste('20');
    await user.tab();
    expect(onChange).toHaveBeenCalledWith(expect.objectContaining({ refId: 'A', queryType: 'events', limit: 20 }));
    expect(onRunQuery).toHaveBeenCalledTimes(1);
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it('of another version say so, and are left alone', async () => {
    const { onChange } = await openEditor({ refId: 'A', queryType: 'events', schemaVersion: 7 } as DataQuery);
    expect(screen.getByRole('alert')).toHaveTextContent('another version of Unjam');
    expect(onChange).not.toHaveBeenCalled();
  });
});
