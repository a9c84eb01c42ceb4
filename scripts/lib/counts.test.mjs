// @ts-check
/** A runner that counts wrongly hides failures: what it must not overlook. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { root, run } from './children.mjs';
import { goTests, jestTests, nodeTests } from './counts.mjs';

/**
 * @param {object[]} events
 * @param {number} code
 */
function ended(events, code) {
  const stdout = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  return { code, stdout, output: stdout };
}

const PACKAGE = 'github.com/unjam/unjam-jobs-app/pkg/watch';

test('go: subtests count, their parents do not, and a skip says why', () => {
  const result = goTests(
    ended(
      [
        { Action: 'pass', Package: PACKAGE, Test: 'TestTable/one' },
        { Action: 'pass', Package: PACKAGE, Test: 'TestTable/two' },
        { Action: 'pass', Package: PACKAGE, Test: 'TestTable' },
        { Action: 'pass', Package: PACKAGE, Test: 'TestAlone' },
        { Action: 'output', Package: PACKAGE, Test: 'TestSkipped', Output: '=== RUN   TestSkipped\n' },
        { Action: 'output', Package: PACKAGE, Test: 'TestSkipped', Output: '    a_test.go:7: no address is set\n' },
        { Action: 'skip', Package: PACKAGE, Test: 'TestSkipped' },
        { Action: 'pass', Package: PACKAGE },
      ],
      0
    )
  );
  assert.equal(result.passed, 3);
  assert.equal(result.failed, 0);
  assert.deepEqual(result.skipped, [{ what: 'pkg/watch TestSkipped', why: 'no address is set' }]);
});

test('go: a failed test is counted once and its package is printed whole', () => {
  const result = goTests(
    ended(
      [
        { Action: 'output', Package: PACKAGE, Test: 'TestTable/one', Output: 'got 1, want 2\n' },
        { Action: 'fail', Package: PACKAGE, Test: 'TestTable/one' },
        { Action: 'fail', Package: PACKAGE, Test: 'TestTable' },
        { Action: 'fail', Package: PACKAGE },
      ],
      1
    )
  );
  assert.deepEqual([result.passed, result.failed], [0, 1]);
  assert.match(result.output, /got 1, want 2/);
});

test('go: what does not compile, and a test that never ended, are failures', () => {
  const broken = goTests(
    ended(
      [
        { Action: 'build-output', ImportPath: PACKAGE, Output: 'x.go:1: undefined: y\n' },
        { Action: 'build-fail', ImportPath: PACKAGE },
        { Action: 'fail', Package: `${PACKAGE}/other` },
      ],
      1
    )
  );
  assert.ok(broken.failed >= 1);
  assert.match(broken.output, /undefined: y/);
  const panicked = goTests(ended([{ Action: 'run', Package: PACKAGE, Test: 'TestPanics' }], 2));
  assert.equal(panicked.failed, 1);
  assert.equal(goTests({ code: 1, stdout: '', output: 'go: not found' }).failed, 1);
});

test('jest: failures, files that cannot be loaded, and no report at all are failures', () => {
  const report = { numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 1 };
  const files = [
    {
      name: 'a.test.ts',
      status: 'failed',
      message: 'expected',
      assertionResults: [{ status: 'pending', fullName: 'b' }],
    },
  ];
  const counted = jestTests(ended([{ ...report, testResults: files }], 1));
  assert.deepEqual([counted.passed, counted.failed, counted.skipped.length], [3, 2, 1]);
  assert.match(counted.output, /expected/);
  assert.equal(jestTests({ code: 1, stdout: '', output: 'no such option' }).failed, 1);
});

test('node: a real run with a pass, a failure, a skip and a broken hook', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-counts-'));
  try {
    const file = path.join(folder, 'sample.test.mjs');
    writeFileSync(
      file,
      `import { before, describe, test } from 'node:test';
      describe('suite', () => {
        test('passes', () => {});
        test('fails', () => { throw new Error('because'); });
        test('is skipped', { skip: 'no engine' }, () => {});
      });
      describe('suite with a broken hook', () => {
        before(() => { throw new Error('does not open'); });
        test('cannot run', () => {});
      });
      describe('suite that is skipped', { skip: 'no Grafana' }, () => { test('never', () => {}); });`
    );
    const reporter = path.join(root, 'scripts', 'lib', 'node-reporter.mjs');
    // Node takes a test run inside a test for a part of it, unless this variable is absent.
    const env = { NODE_TEST_CONTEXT: undefined };
    const result = nodeTests(
      await run('node', ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', file], { env })
    );
    assert.equal(result.passed, 1);
    assert.ok(result.failed >= 2, JSON.stringify(result));
    assert.match(result.output, /because/);
    assert.match(result.output, /does not open/);
    assert.deepEqual(result.skipped, [
      { what: 'is skipped', why: 'no engine' },
      { what: 'suite that is skipped', why: 'no Grafana' },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
