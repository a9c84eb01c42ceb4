import { type DataQuery } from '@grafana/schema';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { of } from 'rxjs';

import { accessibilityProblems } from '../model/testing/accessibility';
import {
  defaultDeliveryQuery,
  defaultEventsQuery,
  defaultJobsQuery,
  defaultMetricQuery,
  defaultStatesQuery,
  type UnjamQuery,
} from './query';
import { QueryEditor } from './QueryEditor';

async function openEditor(initial: DataQuery) {
  const changes: DataQuery[] = [];
  const run = jest.fn();
  function Page() {
    const [query, setQuery] = useState(initial);
    return (
      <QueryEditor
        datasource={{
          jobNames: () => of(['nightly-load', 'hourly-load']),
          nodeNames: () => of(['node01', 'node02']),
        }}
        query={query as UnjamQuery}
        onChange={(next) => {
          changes.push(next);
          setQuery(next);
        }}
        onRunQuery={run}
      />
    );
  }
  const { container } = render(<Page />);
  // The names of jobs arrive a moment later.
  await act(async () => undefined);
  return { user: userEvent.setup(), changes, run, last: () => changes.at(-1), container };
}

describe('the query editor', () => {
  it('shows a new query as one for stuck jobs', async () => {
    await openEditor({ refId: 'A' });
    expect(screen.getByRole('radio', { name: 'Jobs' })).toBeChecked();
    expect(screen.getByLabelText('Stuck only')).toBeChecked();
  });

  it('switches to a metric, says what it tells, and keeps the filters', async () => {
    const { user, last, run } = await openEditor({ ...defaultJobsQuery('B'), jobId: '7' } as DataQuery);
    await user.click(screen.getByRole('radio', { name: 'Metric' }));
    expect(last()).toEqual(
      expect.objectContaining({
        refId: 'B',
        queryType: 'metric',
        schemaVersion: 1,
        metric: 'canceling_age_seconds',
        jobId: '7',
      })
    );
    expect(last()).not.toHaveProperty('stuckOnly');
    expect(screen.getByText(/How long each job has been CANCELING.*Unit: s\. Labels: cluster, job_id/)).toBeVisible();
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('asks for a metric over time only when told to', async () => {
    const { user, last } = await openEditor(defaultMetricQuery('A'));
    const overTime = screen.getByLabelText('Over time');
    expect(overTime).not.toBeChecked();
    await user.click(overTime);
    expect(last()).toEqual({ ...defaultMetricQuery('A'), range: true });
  });

  it('takes a limit over when the input is left, and only a possible one', async () => {
    const { user, changes, last } = await openEditor(defaultJobsQuery('A'));
    const limit = screen.getByLabelText(/^Limit/);
    await user.click(limit);
    await user.paste('9000');
    await user.tab();
    expect(changes).toEqual([]);
    expect(screen.getByRole('alert')).toHaveTextContent('Write a whole number from 1 to 5000.');
    await user.clear(limit);
    await user.paste('50');
    await user.tab();
    expect(last()).toMatchObject({ limit: 50 });
    await user.clear(limit);
    await user.tab();
    expect(last()).toMatchObject({ limit: undefined });
  });

  it('S08: takes an id with every digit', async () => {
    const { user, last } = await openEditor(defaultJobsQuery('A'));
    await user.click(screen.getByLabelText(/^Job id/));
    await user.paste('733584788375666689');
    await user.tab();
    expect(last()).toMatchObject({ jobId: '733584788375666689' });
  });

  it('hides filters where there are no jobs to filter', async () => {
    await openEditor({ ...defaultMetricQuery('A'), metric: 'members' } as DataQuery);
    expect(screen.queryByLabelText(/^Job id/)).not.toBeInTheDocument();
  });

  it('asks for pairs of nodes, with no filter of jobs', async () => {
    const { user, last } = await openEditor({ ...defaultJobsQuery('A'), jobId: '7' } as DataQuery);
    await user.click(screen.getByRole('radio', { name: 'Delivery' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'delivery', schemaVersion: 1 });
    expect(screen.queryByLabelText(/^Job id/)).not.toBeInTheDocument();
    await user.click(screen.getByLabelText('Lost only'));
    expect(last()).toMatchObject({ lostOnly: true });
    await user.click(screen.getByLabelText(/^Limit/));
    await user.paste('20');
    await user.tab();
    expect(last()).toMatchObject({ queryType: 'delivery', lostOnly: true, limit: 20 });
  });

  it('asks for the states of jobs, and keeps the filters', async () => {
    const { user, last } = await openEditor({ ...defaultJobsQuery('A'), jobId: '7' } as DataQuery);
    await user.click(screen.getByRole('radio', { name: 'States' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'states', schemaVersion: 1, jobId: '7' });
    await user.click(screen.getByLabelText('Stuck only'));
    expect(last()).toMatchObject({ stuckOnly: true });
    await user.click(screen.getByLabelText(/^Limit/));
    await user.paste('501');
    await user.tab();
    expect(screen.getByRole('alert')).toHaveTextContent('Write a whole number from 1 to 500.');
  });

  it('asks for events, by kind, node and job', async () => {
    const { user, last } = await openEditor({ ...defaultJobsQuery('A'), states: ['running'] } as DataQuery);
    await user.click(screen.getByRole('radio', { name: 'Events' }));
    expect(last()).toEqual({ refId: 'A', queryType: 'events', schemaVersion: 1 });
    expect(screen.queryByLabelText(/^Age at least/)).not.toBeInTheDocument();
    await user.click(screen.getByLabelText(/^Job id/));
    await user.paste(' 733584788375666689 ');
    await user.tab();
    await user.click(screen.getByLabelText(/^Limit/));
    await user.paste('20');
    await user.tab();
    expect(last()).toMatchObject({ queryType: 'events', jobId: '733584788375666689', limit: 20 });
  });

  it('shows a query that it cannot read as an error, and leaves it alone until told otherwise', async () => {
    const { user, changes, last } = await openEditor({ refId: 'A', queryType: 'jobs', schemaVersion: 7 } as DataQuery);
    expect(screen.getByRole('alert')).toHaveTextContent('version 7');
    expect(changes).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Make it anew' }));
    expect(last()).toMatchObject({ refId: 'A', schemaVersion: 1, queryType: 'jobs' });
  });

  it.each<[string, DataQuery]>([
    ['jobs', defaultJobsQuery('A')],
    ['a metric', defaultMetricQuery('A')],
    ['delivery', defaultDeliveryQuery('A')],
    ['states', defaultStatesQuery('A')],
    ['events', defaultEventsQuery('A')],
  ])('breaks no accessibility rule with %s', async (_, query) => {
    const { container } = await openEditor(query);
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
