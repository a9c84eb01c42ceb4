import { checkNumber } from './checks';
import {
  checkAbortPath,
  checkFieldName,
  checkFieldsDiffer,
  checkNodes,
  checkPrometheus,
  checkStatusFilter,
  CLOVERDX_DEFAULTS,
  CLOVERDX_RANGES,
  MESSAGING_DEFAULTS,
  type Messaging,
} from './cloverdx';

describe('the settings of CloverDX that its documents do not say', () => {
  it('have defaults that pass their own checks', () => {
    expect(checkAbortPath(CLOVERDX_DEFAULTS.abortPath)).toBe('');
    expect(checkFieldName(CLOVERDX_DEFAULTS.parentField, 'x')).toBe('');
    expect(checkFieldName(CLOVERDX_DEFAULTS.nodeField, 'x')).toBe('');
    expect(checkStatusFilter(CLOVERDX_DEFAULTS.statusFilter)).toBe('');
    const defaults: Record<string, unknown> = { ...CLOVERDX_DEFAULTS, ...MESSAGING_DEFAULTS };
    for (const [name, range] of Object.entries(CLOVERDX_RANGES)) {
      expect(checkNumber(Number(defaults[name]), range)).toBe('');
    }
  });

  it.each([
    ['executions/{runId}', /is no path/],
    ['/executions/{runId}?force=1', /is no path/],
    ['/../admin/{runId}', /is no path/],
    ['/suspend/{runId}', /suspends a server/],
    ['/executions', /must hold \{runId\} once/],
    ['/{runId}/{runId}', /must hold \{runId\} once/],
  ])('an abort path of %s: %s', (path, sentence) => {
    expect(checkAbortPath(path)).toMatch(sentence);
  });

  it.each(['', 'a b', '<b>', 'a/b'])('"%s" is no field', (name) => {
    expect(checkFieldName(name, 'node')).toMatch(/like node/);
  });

  it('the parent and the node are two fields', () => {
    expect(checkFieldsDiffer({})).toBe('');
    expect(checkFieldsDiffer({ parentField: 'node' })).toMatch(/"node" is written for the parent and for the node/);
  });

  it.each(['?status=RUNNING', 'RUNNING', 'status=RUNNING&', 'a=b#c'])('"%s" is no filter', (filter) => {
    expect(checkStatusFilter(filter)).toMatch(/like status=RUNNING/);
  });

  it('a filter may have several parts', () => {
    expect(checkStatusFilter('status=RUNNING&type=JOBFLOW')).toBe('');
  });
});

describe('the nodes of the messaging layer', () => {
  const jolokia = (nodes: Messaging['nodes']): Messaging => ({ source: 'jolokia', nodes });
  const prometheus = (nodes: Messaging['nodes']): Messaging => ({ source: 'prometheus', nodes });

  it.each<[string, Messaging, string | RegExp]>([
    ['no source', { nodes: [{ name: '' }] }, ''],
    ['no node', jolokia([]), /at least one node/],
    ['a node without a name', jolokia([{ name: 'a', url: 'http://a' }, { name: '' }]), /^Node 2 has no name/],
    ['a name twice', jolokia([{ name: 'a' }, { name: 'a' }]), 'The node "a" is written twice.'],
    ['no address', jolokia([{ name: 'a' }]), 'Node "a": It has no address.'],
    ['a wrong address', jolokia([{ name: 'a', url: 'a:1' }]), /^Node "a": "a:1" must begin/],
    [
      'an address twice',
      jolokia([
        { name: 'a', url: 'http://x' },
        { name: 'b', url: 'http://x' },
      ]),
      /"http:\/\/x" is written for two nodes/,
    ],
    ['good nodes', jolokia([{ name: 'a', url: 'http://x/jolokia' }]), ''],
    ['no instance', prometheus([{ name: 'a', url: 'http://x' }]), /^Node "a" has no instance/],
    [
      'an instance twice',
      prometheus([
        { name: 'a', instance: 'x:1' },
        { name: 'b', instance: 'x:1' },
      ]),
      /"x:1" is written for two nodes/,
    ],
    ['good instances', prometheus([{ name: 'a', instance: 'x:1' }]), ''],
  ])('with %s', (_, messaging, sentence) => {
    expect(checkNodes(messaging)).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('need the address of Prometheus where it is the source', () => {
    expect(checkPrometheus({ source: 'jolokia' })).toBe('');
    expect(checkPrometheus({ source: 'prometheus' })).toMatch(/Write the address/);
    expect(checkPrometheus({ source: 'prometheus', prometheusUrl: 'prom:9090' })).toMatch(/must begin/);
    expect(checkPrometheus({ source: 'prometheus', prometheusUrl: 'http://prom:9090' })).toBe('');
  });
});
