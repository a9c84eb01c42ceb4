/**
 * The package yaml has another build for browsers, which Jest cannot read.
 * @jest-environment-options {"customExportConditions": ["node", "require", "default"]}
 */
import { parse } from 'yaml';

import { KINDS } from './model';
import { ALERT_RULES, rulesFor, titleFor } from './rules';
import { rulePrefix, rulesYaml } from './texts';

interface Rule {
  uid: string;
  title: string;
  condition: string;
  annotations: Record<string, string>;
  data: Array<{ refId: string; datasourceUid: string; model: { datasource?: { uid: string } } }>;
}

function parsed(yaml: string): { name: string; rules: Rule[] } {
  const { groups }: { groups: [{ name: string; rules: Rule[] }] } = parse(yaml);
  return groups[0];
}

describe("the rules for a data source of one's own", () => {
  it.each(KINDS)('of kind %s are those for it, bound to its uid alone', (kind) => {
    const group = parsed(rulesYaml({ uid: 'paris', name: 'Paris', kind }));
    const expected = rulesFor(kind);
    expect(group.name).toBe('unjam-paris');
    expect(group.rules.map(({ uid }) => uid)).toEqual(expected.map(({ id }) => `paris-${id}`));
    expect(group.rules.map(({ title }) => title)).toEqual(expected.map((rule) => `${titleFor(rule, kind)} (Paris)`));
    const sources = group.rules.flatMap(({ data }) => data.map(({ datasourceUid }) => datasourceUid));
    expect(new Set(sources)).toEqual(new Set(['paris', '__expr__']));
    expect(rulesYaml({ uid: 'paris', name: 'Paris', kind })).not.toMatch(/@[A-Z]+@/);
  });

  it('stay texts whatever the uid looks like, and open the job in the right data source', () => {
    const [first] = parsed(rulesYaml({ uid: '1e5', name: 'true', kind: 'seatunnel' })).rules;
    expect(first?.uid).toBe('1e5-canceling-warning');
    expect(first?.data[0]).toMatchObject({ datasourceUid: '1e5', model: { datasource: { uid: '1e5' } } });
    expect(first?.annotations.job_url).toContain('a/unjam-jobs-app/job?ds=1e5&job=');
  });

  it('S09: keep a hostile name inside its title', () => {
    const name = 'a"\n  - uid: evil\\ @UID@ $HOME {{ x }}';
    const [first] = parsed(rulesYaml({ uid: 'paris', name, kind: 'seatunnel' })).rules;
    expect(first?.title).toBe(`Job stuck in CANCELING (${name.replace('$', '$$$$')})`);
    expect(first?.uid).toBe('paris-canceling-warning');
  });

  it('have uids that Grafana takes, and that differ where the data sources do', () => {
    const long = ['a'.repeat(39) + '1', 'a'.repeat(39) + '2'];
    for (const uid of long) {
      for (const { id } of ALERT_RULES) {
        expect(`${rulePrefix(uid)}-${id}`).toMatch(/^[\w-]{1,40}$/);
      }
    }
    expect(new Set(long.map(rulePrefix)).size).toBe(2);
  });

  it('have titles that Grafana takes', () => {
    for (const { title } of parsed(rulesYaml({ uid: 'x', name: 'n'.repeat(500), kind: 'generic' })).rules) {
      expect(title.length).toBeLessThanOrEqual(190);
    }
  });
});

describe('the rules', () => {
  it('name each query and step once, and ask for nothing that they do not have', () => {
    for (const { id, queries, steps } of ALERT_RULES) {
      const names = [...queries, ...steps].map(({ refId }) => refId);
      expect([id, new Set(names).size]).toEqual([id, names.length]);
      for (const step of steps) {
        const used = 'formula' in step ? [...step.formula.matchAll(/\$([A-Z])/g)].map(([, name]) => name) : [step.of];
        expect([id, names]).toEqual([id, expect.arrayContaining(used)]);
      }
    }
  });

  it('have an id each', () => {
    expect(new Set(ALERT_RULES.map(({ id }) => id)).size).toBe(ALERT_RULES.length);
  });

  it('leave all judgement of "stuck" to the detection policy where they ask for the age in CANCELING', () => {
    const onAge = ALERT_RULES.filter(({ queries }) => queries.some(({ metric }) => metric === 'canceling_age_seconds'));
    expect(onAge.map(({ steps }) => steps)).toEqual(
      onAge.map(() => [expect.objectContaining({ formula: expect.stringMatching(/^\$A > \d+ && \$D == 1$/) })])
    );
    expect(onAge).toHaveLength(2);
  });
});
