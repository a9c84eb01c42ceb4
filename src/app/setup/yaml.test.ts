/**
 * The package yaml has another build for browsers, which Jest cannot read.
 * @jest-environment-options {"customExportConditions": ["node", "require", "default"]}
 */
import { parse } from 'yaml';

import { policy } from '../../api/testing/samples';
import { asYaml, toYaml } from './yaml';
import { FIRST_SOURCE, STORE } from '../snippets';
import { detectionSnippet, notificationSnippet, policySnippet, sourceSnippet } from './snippets';

const ZETA = { uid: 'zeta', name: 'Zeta: "prod" $1' };

describe('what is written as YAML', () => {
  it.each([
    [{ a: 1, b: 'x: y', c: [true, null, 'no'], d: { e: [], f: {} }, 'g h': [{ i: [[1, 2], []], j: 'k' }] }],
    [['a', { b: 'c\nd\u202ee' }]],
    ['text # no comment'],
  ])('is read as what it was (%#)', (value) => {
    expect(parse(toYaml(asYaml(value)))).toEqual(value);
  });

  it('holds no variable of Grafana by accident', () => {
    expect(toYaml({ a: 'costs $HOME' })).toBe('a: "costs $$HOME"\n');
  });

  it('hides nothing', () => {
    expect(toYaml('a\u202eb')).not.toContain('\u202e');
  });

  it('leaves out what it cannot hold', () => {
    expect(asYaml({ a: undefined, b: () => 1, c: NaN })).toEqual({ c: null });
  });
});

describe('what is copied into files', () => {
  it("is the data source in its own settings, with the environment's secrets", () => {
    const settings = { kind: 'cloverdx', urls: ['http://a:1'], messaging: { nodes: [{ name: 'nodeA' }] } };
    const { text } = sourceSnippet(ZETA, settings, ['password', 'messagingPassword', 'basicAuthPassword']);
    const [source] = parse(text).datasources;
    expect(source).toEqual({
      name: 'Zeta: "prod" $$1',
      uid: 'zeta',
      type: 'unjam-coordinator-datasource',
      access: 'proxy',
      jsonData: settings,
      secureJsonData: { password: '$UNJAM_PASSWORD', messagingPassword: '$UNJAM_MESSAGING_PASSWORD' },
    });
    expect(source).not.toHaveProperty('url');
    expect(parse(sourceSnippet(ZETA, settings, []).text).datasources[0]).not.toHaveProperty('secureJsonData');
  });

  it('is a first data source, the store, and notifications', () => {
    expect(parse(FIRST_SOURCE.text).datasources).toHaveLength(1);
    expect(STORE.text).toMatch(/^\[plugin\.unjam-coordinator-datasource\]\n(;.*\n)*store = sqlite:/);
    const { policies, contactPoints } = parse(notificationSnippet('Jobs').text);
    expect(policies[0].routes[0].object_matchers).toEqual([['grafana_folder', '=', 'Jobs']]);
    expect(contactPoints[0].name).toBe(policies[0].receiver);
  });

  it('is the policy with what is set, and nothing that is as by default', () => {
    const { text } = policySnippet(policy({ enabled: false, maxForceStops: 5 }), 'force-stop');
    expect(parse(text).jsonData.actions).toEqual({
      enabled: true,
      minRole: 'Admin',
      auditRole: 'Editor',
      maxForceStops: 5,
      secondPerson: 'force-stop',
    });
  });

  it('is the detection in force', () => {
    const { text } = detectionSnippet({ stuckAfterSeconds: 60, detection: { pendingSeconds: 900 } });
    expect(parse(text).jsonData).toEqual({
      stuckAfterSeconds: 60,
      detection: {
        cancelingSeconds: 60,
        failingSeconds: 60,
        savepointingSeconds: 600,
        pendingSeconds: 900,
        parentWaitingSeconds: 60,
      },
    });
  });
});
