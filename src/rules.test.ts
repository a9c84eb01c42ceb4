import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import path from 'path';

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
