import { type DataQueryRequest } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { firstValueFrom, of } from 'rxjs';

import { STATES } from '../model/states';
import { CoordinatorVariables, VariableQueryEditor, type VariableQuery } from './variables';

const request = (targets: VariableQuery[]) => ({ targets }) as DataQueryRequest<VariableQuery>;

describe('template variables', () => {
  const nodes = ['node01', 'node02'];
  const names = ['nightly-load', '<b>', '733584788375666689'];

  it.each<[string, VariableQuery, readonly string[]]>([
    ['job names', { refId: 'A', field: 'job_names' }, names],
    ['states', { refId: 'A', field: 'states' }, STATES],
    ['nodes', { refId: 'A', field: 'nodes' }, nodes],
    ['job names where nothing was chosen', { refId: 'A' }, names],
  ])('list %s, as they are', async (_, query, values) => {
    const { data } = await firstValueFrom(
      new CoordinatorVariables(
        () => of(names),
        () => of(nodes)
      ).query(request([query]))
    );
    expect(data).toEqual(values.map((value) => ({ text: value, value })));
  });

  it('are chosen in an editor', async () => {
    const onChange = jest.fn();
    render(<VariableQueryEditor query={{ refId: 'A' }} onChange={onChange} />);
    expect(screen.getByRole('radio', { name: 'Job names' })).toBeChecked();
    await userEvent.click(screen.getByRole('radio', { name: 'States' }));
    expect(onChange).toHaveBeenCalledWith({ refId: 'A', field: 'states' });
  });
});
