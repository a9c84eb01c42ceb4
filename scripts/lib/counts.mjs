// @ts-check
/** Reads what test runners report, test by test. */

/** @typedef {import('./tally.mjs').Result} Result */

/**
 * Reads `go test -json`. A test with subtests is counted by its subtests.
 * @param {import('./children.mjs').Ended} ended
 * @returns {Result}
 */
export function goTests(ended) {
  /** @type {Map<string, { action: string, output: string }>} */
  const tests = new Map();
  /** @type {Map<string, { failed: boolean, output: string }>} */
  const packages = new Map();
  let foreign = '';
  for (const line of ended.output.split('\n')) {
    const event = parsed(line);
    if (!event?.Action) {
      foreign += line === '' ? '' : `${line}\n`;
      continue;
    }
    // Compilers report under the name of what they build.
    const name = event.Package ?? event.ImportPath;
    const whole = packages.get(name) ?? { failed: false, output: '' };
    packages.set(name, whole);
    whole.output += event.Output ?? '';
    if (event.Test) {
      const key = `${event.Package} ${event.Test}`;
      const test = tests.get(key) ?? { action: 'unfinished', output: '' };
      tests.set(key, test);
      test.output += event.Output ?? '';
      if (['pass', 'fail', 'skip'].includes(event.Action)) {
        test.action = event.Action;
      }
    } else if (event.Action === 'fail' || event.Action === 'build-fail') {
      whole.failed = true;
    }
  }
  const parents = new Set([...tests.keys()].flatMap(ancestors));
  /** @type {Result} */
  const result = { passed: 0, failed: 0, skipped: [], output: '' };
  for (const [key, test] of tests) {
    if (parents.has(key) && test.action !== 'skip') {
      continue;
    }
    if (test.action === 'pass') {
      result.passed++;
    } else if (test.action === 'skip') {
      result.skipped.push({ what: key.replace(/^.*\/pkg\//, 'pkg/'), why: skipReason(test.output) });
    } else {
      result.failed++;
    }
  }
  const broken = [...packages.values()].filter((whole) => whole.failed);
  result.output = foreign + broken.map((whole) => whole.output).join('\n');
  // What does not compile, panics or races between tests has no failed test to show for it.
  if (result.failed === 0 && (ended.code !== 0 || broken.length > 0)) {
    result.failed = Math.max(1, broken.length);
    result.output ||= ended.output;
  }
  return result;
}

/**
 * The tests of which a subtest is a part.
 * @param {string} key
 */
function ancestors(key) {
  const start = key.indexOf(' ');
  /** @type {string[]} */
  const found = [];
  for (let end = key.lastIndexOf('/'); end > start; end = key.lastIndexOf('/', end - 1)) {
    found.push(key.slice(0, end));
  }
  return found;
}

/** @param {string} output of a skipped test */
function skipReason(output) {
  const said = output.split('\n').filter((line) => !/^\s*(===|---)/.test(line));
  return (
    said
      .map((line) => line.replace(/^\s*\S+\.go:\d+:\s*/, ''))
      .join(' ')
      .trim() || 'no reason given'
  );
}

/**
 * Reads the lines of node-reporter.mjs.
 * @param {import('./children.mjs').Ended} ended
 * @returns {Result}
 */
export function nodeTests(ended) {
  /** @type {Result} */
  const result = { passed: 0, failed: 0, skipped: [], output: '' };
  for (const line of ended.output.split('\n')) {
    const event = parsed(line);
    if (!event?.unjam) {
      result.output += `${line}\n`;
    } else if (event.unjam === 'pass') {
      result.passed++;
    } else if (event.unjam === 'skip') {
      result.skipped.push({ what: event.name, why: event.why });
    } else if (event.unjam === 'say') {
      result.output += event.text;
    } else {
      result.failed++;
      result.output += `not ok: ${event.name}\n${event.why}\n`;
    }
  }
  if (ended.code !== 0 && result.failed === 0) {
    result.failed = 1;
  }
  return result;
}

/**
 * Reads `jest --json`.
 * @param {import('./children.mjs').Ended} ended
 * @returns {Result}
 */
export function jestTests(ended) {
  const start = ended.stdout.indexOf('{"num');
  const report = start < 0 ? undefined : parsed(ended.stdout.slice(start));
  if (!report) {
    return { passed: 0, failed: 1, skipped: [], output: ended.output };
  }
  /** @type {Result} */
  const result = { passed: report.numPassedTests, failed: report.numFailedTests, skipped: [], output: '' };
  for (const file of report.testResults) {
    if (file.status === 'failed') {
      result.output += `${file.name}\n${file.message}\n`;
    }
    for (const test of file.assertionResults) {
      if (test.status === 'pending' || test.status === 'todo') {
        result.skipped.push({ what: test.fullName, why: `marked as ${test.status}` });
      }
    }
  }
  // A file that cannot be loaded has no test to count, and a threshold of its own none either.
  result.failed += report.numRuntimeErrorTestSuites;
  if (ended.code !== 0 && result.failed === 0) {
    result.failed = 1;
    result.output ||= ended.output;
  }
  return result;
}

/**
 * @param {string} line
 * @returns {any} undefined where it is no JSON object
 */
function parsed(line) {
  if (!line.startsWith('{')) {
    return undefined;
  }
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
