import { type ScopedVars, type TypedVariableModel } from '@grafana/data';

import { interpolate } from './interpolation';
import {
  defaultDeliveryQuery,
  defaultEventsQuery,
  defaultJobsQuery,
  defaultMetricQuery,
  defaultStatesQuery,
  type JobsQuery,
} from './query';

/** Grafana's template service, as far as it is used: variables with one value, several, or All. */
function variables(values: Record<string, string | string[]>, all: string[] = []) {
  return {
    getVariables: () =>
      Object.keys(values).map(
        (name) => ({ name, current: { value: all.includes(name) ? ['$__all'] : values[name] } }) as TypedVariableModel
      ),
    replace: (target = '', scopedVars: ScopedVars = {}, format?: string | Function) =>
      target.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (match: string, braced?: string, bare?: string) => {
        const name = braced ?? bare ?? '';
        const value: unknown = scopedVars[name]?.value ?? values[name];
        if (value === undefined) {
          return match;
        }
        if (typeof format === 'function') {
          return format(value);
        }
        return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
      }),
  };
}

const jobs = (change: Partial<JobsQuery>): JobsQuery => ({ ...defaultJobsQuery('A'), ...change });

const VALUES = {
  one: 'nightly-load',
  many: ['nightly-load', 'a,b', '{c}', '$one'],
  none: [],
  empty: '',
  id: '733584788375666689',
};

describe('template variables in a query', () => {
  it.each<[string, string[], string[] | undefined]>([
    ['one value', ['$one'], ['nightly-load']],
    ['several values, whatever they hold', ['${many}'], ['nightly-load', 'a,b', '{c}', '$one']],
    ['several values with a format', ['${many:raw}'], ['nightly-load', 'a,b', '{c}', '$one']],
    ['a part of a name', ['pre-${one}-post'], ['pre-nightly-load-post']],
    ['names beside variables, each once', ['x', '$one', 'nightly-load'], ['x', 'nightly-load']],
    ['a variable without a value', ['$none'], undefined],
    ['a variable with an empty value', ['$empty'], undefined],
    ['a variable that does not exist stays as it is, and so matches nothing', ['$nobody'], ['${nobody}']],
    ['no names', [], undefined],
  ])('%s', (_, jobNames, expected) => {
    expect(interpolate(jobs({ jobNames }), variables(VALUES), {})).toMatchObject({ jobNames: expected });
  });

  it('"All" means all, those that came after the variable was read included', () => {
    const query = jobs({ jobNames: ['$many', 'x'], states: ['canceling'] });
    expect(interpolate(query, variables(VALUES, ['many']), {})).toMatchObject({
      jobNames: undefined,
      states: ['canceling'],
    });
  });

  it('a repeated panel keeps its own value though the variable says "All"', () => {
    const scoped = { many: { text: 'a,b', value: 'a,b' } };
    expect(interpolate(jobs({ jobNames: ['$many'] }), variables(VALUES, ['many']), scoped)).toMatchObject({
      jobNames: ['a,b'],
    });
  });

  it('S08: an id keeps every digit', () => {
    expect(interpolate(jobs({ jobId: ' $id ' }), variables(VALUES), {})).toMatchObject({
      jobId: '733584788375666689',
    });
  });

  it('gives nodes of a delivery query, and nothing of jobs', () => {
    const query = { ...defaultDeliveryQuery('A'), nodes: ['$many', 'node01'] };
    expect(interpolate(query, variables(VALUES), {})).toEqual({ ...query, nodes: [...VALUES.many, 'node01'] });
    expect(interpolate(query, variables(VALUES, ['many']), {})).toEqual({ ...query, nodes: undefined });
  });

  it('gives nodes and the job of an events query, and the jobs of a states query', () => {
    const events = { ...defaultEventsQuery('A'), nodes: ['$one', 'node01'], jobId: '$id' };
    expect(interpolate(events, variables(VALUES), {})).toEqual({
      ...events,
      nodes: ['nightly-load', 'node01'],
      jobId: '733584788375666689',
    });
    const states = { ...defaultStatesQuery('A'), jobNames: ['$one'], limit: 9 };
    expect(interpolate(states, variables(VALUES), {})).toMatchObject({ jobNames: ['nightly-load'], limit: 9 });
  });

  it('leaves everything else alone, and adds nothing', () => {
    const query = { ...defaultMetricQuery('A'), minAgeSeconds: 60 };
    expect(interpolate(query, variables(VALUES), {})).toEqual(query);
  });
});
