import { CoreApp, toDataFrame, type DataSourceInstanceSettings } from '@grafana/data';
import { firstValueFrom, of } from 'rxjs';

import { CoordinatorDataSource } from './datasource';
import { defaultJobsQuery, defaultMetricQuery, type UnjamQuery } from './query';
import { type CoordinatorSettings } from './settings';

function dataSource(): CoordinatorDataSource {
  const settings = { uid: 'zeta', type: 'unjam-coordinator-datasource', name: 'Zeta', meta: {}, jsonData: {} };
  return new CoordinatorDataSource(settings as unknown as DataSourceInstanceSettings<CoordinatorSettings>, {
    getVariables: () => [],
    replace: (text = '') => text.replace('$job', '733584788375666689'),
    containsTemplate: () => true,
    updateTimeRange: () => undefined,
  });
}

describe('the data source', () => {
  it('asks for stuck jobs by default, and for a metric in alert rules', () => {
    expect(dataSource().getDefaultQuery(CoreApp.Dashboard)).toMatchObject({ queryType: 'jobs', stuckOnly: true });
    expect(dataSource().getDefaultQuery(CoreApp.UnifiedAlerting)).toMatchObject({
      queryType: 'metric',
      metric: 'canceling_age_seconds',
    });
  });

  it('shows events as annotations', () => {
    expect(dataSource().annotations.getDefaultQuery?.()).toMatchObject({ queryType: 'events' });
  });

  it('puts variables in, also into what a new query asks', () => {
    const query = dataSource().applyTemplateVariables({ ...defaultJobsQuery('A'), jobId: '$job' }, {});
    expect(query).toMatchObject({ jobId: '733584788375666689', schemaVersion: 1 });
  });

  it('drops a query without a metric, and sends one of another version as it is', () => {
    expect(dataSource().filterQuery({ ...defaultMetricQuery('A'), metric: '' })).toBe(false);
    const newer: UnjamQuery = { ...defaultJobsQuery('A'), ...JSON.parse('{"schemaVersion":2,"jobId":"$job"}') };
    expect(dataSource().filterQuery(newer)).toBe(true);
    expect(dataSource().applyTemplateVariables(newer, {})).toEqual(newer);
  });

  it('reads the names of jobs by a query, each once', async () => {
    const source = dataSource();
    const frame = toDataFrame({
      fields: [
        { name: 'job_id', values: ['3', '1', '2'] },
        { name: 'job_name', values: ['orders', 'nightly', 'orders'] },
      ],
    });
    const asked = jest.spyOn(source, 'query').mockReturnValue(of({ data: [frame] }));
    await expect(firstValueFrom(source.jobNames())).resolves.toEqual(['nightly', 'orders']);
    expect(asked).toHaveBeenCalledWith(
      expect.objectContaining({ targets: [expect.objectContaining({ queryType: 'jobs', limit: 5000 })] })
    );
  });

  it('reads the names of nodes from both ends of the pairs', async () => {
    const source = dataSource();
    const frame = toDataFrame({
      fields: [
        { name: 'cluster', values: ['clover'] },
        { name: 'node', values: ['b'] },
        { name: 'peer', values: ['a'] },
      ],
    });
    const asked = jest.spyOn(source, 'query').mockReturnValue(of({ data: [frame] }));
    await expect(firstValueFrom(source.nodeNames())).resolves.toEqual(['a', 'b']);
    expect(asked).toHaveBeenCalledWith(
      expect.objectContaining({ targets: [expect.objectContaining({ queryType: 'delivery', limit: 5000 })] })
    );
  });

  it('says why names could not be read, and does not take that for no jobs', async () => {
    const source = dataSource();
    jest
      .spyOn(source, 'query')
      .mockReturnValue(of({ data: [], errors: [{ message: 'The coordinator is not seen.' }] }));
    await expect(firstValueFrom(source.jobNames())).rejects.toThrow('The coordinator is not seen.');
  });

  it('gives Explore the values of variables', () => {
    const [query] = dataSource().interpolateVariablesInQueries([{ ...defaultJobsQuery('A'), jobId: '$job' }], {});
    expect(query).toMatchObject({ jobId: '733584788375666689', datasource: { uid: 'zeta' } });
  });
});
