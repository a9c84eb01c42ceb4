import { findSource, listSources } from './sources';

const getInstanceSettings = jest.fn();
const getList = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getDataSourceSrv: () => ({ getInstanceSettings, getList }),
}));

const OURS = { uid: 'zeta', name: 'Zeta', type: 'unjam-coordinator-datasource' };

describe('the data sources of ours', () => {
  it('are listed by type', () => {
    const builtIn = { uid: '-- Grafana --', name: '-- Grafana --', type: 'datasource' };
    getList.mockReturnValue([OURS, builtIn]);
    expect(listSources()).toEqual([{ uid: 'zeta', name: 'Zeta' }]);
    expect(getList).toHaveBeenCalledWith({ type: 'unjam-coordinator-datasource' });
  });

  it.each<[string, object | undefined, object | undefined]>([
    ['one of ours', OURS, { uid: 'zeta', name: 'Zeta' }],
    // Grafana gives the variable itself as uid, and what it stands for beside it.
    ['a variable', { ...OURS, uid: '${ds}', rawRef: { uid: 'zeta' } }, { uid: 'zeta', name: 'Zeta' }],
    ['another kind', { ...OURS, type: 'prometheus' }, undefined],
    ['one that was deleted', undefined, undefined],
  ])('are found by a reference to %s', (_, settings, expected) => {
    getInstanceSettings.mockReturnValue(settings);
    expect(findSource({ uid: 'any' })).toEqual(expected);
  });
});
