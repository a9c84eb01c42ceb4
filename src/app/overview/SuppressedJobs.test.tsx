import { render, screen } from '@testing-library/react';
import React from 'react';

import { readJobs } from '../../model/jobs';
import { AS_OF, frameRow, jobsFrame } from '../../model/testing/frames';
import { SuppressedJobs } from './SuppressedJobs';

function show(count: number) {
  const suppressed = { stuck: false, suppressed: 'maintenance window: upgrade', suppressed_until: AS_OF + 3_600_000 };
  const rows = Array.from({ length: count }, (_, index) => frameRow({ job_id: String(index), ...suppressed }));
  const jobs = readJobs(jobsFrame(rows)).rows.map((row) => ({ row, uid: 'zeta', name: 'Zeta' }));
  return render(<SuppressedJobs jobs={jobs} timeZone="utc" />).container;
}

describe('late jobs that are suppressed', () => {
  it('are named with the reason and the end of it', () => {
    show(1);
    expect(screen.getByText('1 late job is suppressed')).toBeVisible();
    expect(screen.getByRole('listitem', { hidden: true })).toHaveTextContent(
      'nightly-load (0) on Zeta, CANCELING: suppressed: maintenance window: upgrade until 2026-11-22 13:00:00'
    );
  });

  it('are counted where there are many', () => {
    show(12);
    expect(screen.getByText('12 late jobs are suppressed')).toBeVisible();
    expect(screen.getAllByRole('listitem', { hidden: true }).at(-1)).toHaveTextContent('and 2 more');
  });

  it('take no room where there are none', () => {
    expect(show(0)).toBeEmptyDOMElement();
  });
});
