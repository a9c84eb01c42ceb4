/**
 * The package yaml has another build for browsers, which Jest cannot read.
 * @jest-environment-options {"customExportConditions": ["node", "require", "default"]}
 */
import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import path from 'path';
import { parse } from 'yaml';

import metrics from './model/metrics.json';

const ROOT = path.join(__dirname, '..');
const CLI = path.join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

/** A made-up tree that breaks none of the rules. */
const GOOD: Record<string, string> = {
  'src/module.ts': "import './panels/one/module'; import './panels/two/module';",
  'src/panels/one/module.ts': "import '../../api/client';",
  'src/panels/two/module.ts': "import '../../api/client';",
  'src/api/client.ts': "import 'rxjs';",
  'src/api/client.test.ts': "import './testing/fake'; import 'axe-core';",
  'src/api/testing/fake.ts': "import '../client';",
};

/** Each rule with a file that breaks it. */
const BAD: Array<[rule: string, file: string, text: string]> = [
  ['panels-stand-alone', 'src/panels/one/bad.ts', "import '../two/module';"],
  ['nothing-unresolved', 'src/api/bad1.ts', "import './nowhere';"],
  ['nothing-undeclared', 'src/api/bad2.ts', "import 'micromatch';"],
  ['no-tests-in-the-product', 'src/api/bad3.ts', "import './testing/fake';"],
  ['no-test-tools-in-the-product', 'src/api/bad4.ts', "import 'axe-core';"],
  ['no-orphans', 'src/api/bad5.ts', 'export const left = "over";'],
];

/** What a tree of files breaks, as "rule: file". */
function violations(files: Record<string, string>): string[] {
  const tree = mkdtempSync(path.join(tmpdir(), 'unjam-rules-'));
  try {
    for (const name of ['package.json', 'tsconfig.json', '.config', 'node_modules']) {
      symlinkSync(path.join(ROOT, name), path.join(tree, name));
    }
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      writeFileSync(path.join(tree, file), text);
    }
    const rules = path.join(ROOT, '.dependency-cruiser.cjs');
    const output = execFileSync(process.execPath, [CLI, '--config', rules, '--output-type', 'json', 'src'], {
      cwd: tree,
      encoding: 'utf8',
    });
    const { summary }: { summary: { violations: Array<{ from: string; rule: { name: string } }> } } =
      JSON.parse(output);
    return summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

describe('the rules of who may import what', () => {
  it('let a good tree pass', () => {
    expect(violations(GOOD)).toEqual([]);
  });

  it('refuse each tree that breaks one', () => {
    const bad = Object.fromEntries(BAD.map(([, file, text]) => [file, text]));
    const expected = BAD.map(([rule, file]) => `${rule}: ${file}`);
    expect(violations({ ...GOOD, ...bad })).toEqual(expect.arrayContaining(expected));
  });
});

/** A rule of Grafana's alerting, as far as it is looked at here. */
interface AlertRule {
  uid: string;
  title: string;
  execErrState: string;
  noDataState: string;
  annotations: Record<string, string>;
  data: Array<{ datasourceUid: string; model: { metric?: string } }>;
}

/** The files with alert rules, each with the one data source that its rules are bound to. */
const RULE_FILES: Array<[file: string, dataSource: string]> = [
  ['provisioning/alerting/unjam.yaml', 'unjam-seatunnel'],
  ['provisioning/cloverdx/alerting/unjam-delivery.yaml', 'unjam-cloverdx'],
];

const RUNBOOKS = 'https://github.com/unjam/unjam-jobs-app/blob/main/docs/runbooks/';
/** They never fail, and are what tells that the others cannot be read. */
const WATCHDOGS = ['poll_age_seconds', 'poll_errors_total', 'members', 'delivery_nodes_unread'];

function alertRules(file: string): AlertRule[] {
  const { groups }: { groups: Array<{ rules: AlertRule[] }> } = parse(readFileSync(path.join(ROOT, file), 'utf8'));
  return groups.flatMap(({ rules }) => rules);
}

/** The metrics that a rule asks for, with the catalogue's entry; undefined where there is none. */
function askedFor({ data }: AlertRule) {
  return data.flatMap(({ model }) => (model.metric ? [metrics.find(({ name }) => name === model.metric)] : []));
}

const ALL_RULES = RULE_FILES.flatMap(([file]) => alertRules(file));
const EACH_RULE = ALL_RULES.map((rule) => [rule.title, rule] as const);

describe('the alert rules that ship', () => {
  it('have a uid and a title of their own, over all files', () => {
    expect(new Set(ALL_RULES.map(({ uid }) => uid)).size).toBe(ALL_RULES.length);
    expect(new Set(ALL_RULES.map(({ title }) => title)).size).toBe(ALL_RULES.length);
  });

  it.each(RULE_FILES)('in %s ask %s alone, so that they can be left out where it is not', (file, dataSource) => {
    const asked = alertRules(file).flatMap(({ data }) => data.map(({ datasourceUid }) => datasourceUid));
    expect(new Set(asked)).toEqual(new Set([dataSource, '__expr__']));
  });

  it('ask SeaTunnel, which has no event delivery, for nothing of pairs of nodes', () => {
    const asked = alertRules('provisioning/alerting/unjam.yaml').flatMap(askedFor);
    expect(asked.filter((metric) => metric?.labels.includes('peer'))).toEqual([]);
  });

  it.each(EACH_RULE)('"%s" asks for metrics that exist', (_, rule) => {
    expect(askedFor(rule)).not.toContain(undefined);
  });

  it.each(EACH_RULE)('"%s" takes "not known" neither for good news nor for bad', (_, rule) => {
    const isWatchdog = askedFor(rule).every((metric) => WATCHDOGS.includes(metric?.name ?? ''));
    expect(rule.execErrState).toBe(isWatchdog ? 'Alerting' : 'KeepLast');
    if (!isWatchdog) {
      expect(rule.noDataState).toBe('OK');
    }
  });

  it.each(EACH_RULE)('"%s" names in its text only labels that its series have', (_, rule) => {
    const labels = new Set(askedFor(rule).flatMap((metric) => metric?.labels ?? []));
    const named = [
      ...Object.values(rule.annotations)
        .join(' ')
        .matchAll(/[.$][Ll]abels\.(\w+)/g),
    ].map(([, label]) => label);
    expect([...labels]).toEqual(expect.arrayContaining(named));
    expect(rule.annotations.summary).toContain('abels.cluster');
  });

  it('have a runbook each, and no runbook is left over', () => {
    const pages = readdirSync(path.join(ROOT, 'docs/runbooks')).map((page) => RUNBOOKS + page);
    const linked = ALL_RULES.map(({ annotations }) => annotations.runbook_url);
    expect(new Set(linked)).toEqual(new Set(pages));
  });
});
