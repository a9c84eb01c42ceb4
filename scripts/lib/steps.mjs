// @ts-check
/**
 * The steps of `npm test`, in their order: cheap ones first, what needs a build after it; of those that share lanes the
 * longest first.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { goArrowsHold, goArrowsSelfTest, tsArrowsHold, tsArrowsSelfTest } from './arrows.mjs';
import { has, root, run } from './children.mjs';
import { goTests, jestTests, nodeTests } from './counts.mjs';
import { goFiles } from './files.mjs';
import { fuzz } from './fuzz.mjs';
import { builtPlugin, pluginSources } from './plugin-files.mjs';

/**
 * @typedef {import('./tally.mjs').Result} Result
 * @typedef {object} Step
 * @property {string} name for --only and --skip
 * @property {string} what
 * @property {() => string | undefined} [needs] why the step cannot run here; then it is skipped
 * @property {boolean} [waits] it mostly waits (for engines that start and recover), and may run beside another
 * @property {() => Promise<Result>} run
 */

/** Pinned: a check must not change because a checker did. */
const STATICCHECK = 'honnef.co/go/tools/cmd/staticcheck@v0.8.2';
const NODE_REPORTER = './scripts/lib/node-reporter.mjs';
/** It starts the demo, which needs what is built. */
const DOCS_CHECK = 'scripts/docs-check';
/** It measures, so that nothing may run beside it. */
const TABLE = 'workbench/table.test.mjs';
/** The plugin's backend, and the workbench's server. */
const GO_PACKAGES = ['./pkg/...', './workbench/backend/...'];
/** What is checked as these are, and tested by steps of its own: it starts and kills many processes. */
const GO_PROOFS = ['./engines/...', './faults/...', './bench/...', './soak/...', './truth/...'];
/** What checks a release. */
const GO_SCRIPTS = ['./scripts/...'];
/** Starting and breaking several clusters, on two busy cores. */
const ENGINE_MINUTES = 20;
/** Two clusters of three small nodes: 3 to 4 minutes when nothing else runs. */
const JGROUPS_MINUTES = 15;

/** @type {Step[]} */
export const steps = [
  { name: 'install', what: 'npm packages as the lock file says', run: install },
  { name: 'runner', what: 'this runner counts rightly', run: () => nodeTest('scripts', DOCS_CHECK) },
  { name: 'provoke', what: 'what makes recordings', run: () => nodeTest('truth') },
  {
    name: 'types',
    what: 'TypeScript and the checked scripts',
    run: () => one('npm', ['run', '--silent', 'typecheck']),
  },
  {
    name: 'eslint',
    what: 'rules for TypeScript',
    run: () => one('npx', ['--no-install', 'eslint', '--max-warnings', '0', '.']),
  },
  {
    name: 'prettier',
    what: 'format',
    run: () => one('npx', ['--no-install', 'prettier', '--check', '--log-level', 'warn', '.']),
  },
  { name: 'arrows-ts', what: 'who may import whom, in src', run: () => all(tsArrowsHold, tsArrowsSelfTest) },
  {
    name: 'jest',
    what: 'tests of the browser part',
    run: async () => jestTests(await run('npx', ['--no-install', 'jest', '--json', '--ci', '--maxWorkers=100%'])),
  },
  { name: 'simulator', what: 'the simulator, against captured answers', run: () => simulator([]) },
  { name: 'plugin-json', what: 'the plugin.json files', run: async () => asResult(pluginSources()) },
  {
    name: 'texts',
    what: 'every text has its key, and every language has every text',
    run: async () => asResult((await import('./locales.mjs')).textFaults()),
  },
  {
    name: 'generated',
    what: 'generated types match the contract',
    needs: needGo,
    run: () => one('node', ['scripts/generate.mjs', '--check']),
  },
  { name: 'gofmt', what: 'format', needs: needGo, run: gofmt },
  {
    name: 'vet',
    what: 'go vet',
    needs: needGo,
    run: () => one('go', ['vet', ...GO_PACKAGES, ...GO_PROOFS, ...GO_SCRIPTS]),
  },
  {
    name: 'staticcheck',
    what: 'staticcheck',
    needs: needGo,
    run: () => one('go', ['run', STATICCHECK, ...GO_PACKAGES, ...GO_PROOFS, ...GO_SCRIPTS]),
  },
  {
    name: 'arrows-go',
    what: 'who may import whom, in pkg',
    needs: needGo,
    run: () => all(goArrowsHold, goArrowsSelfTest),
  },
  {
    name: 'go',
    what: 'tests of the backend, with the race detector',
    needs: needGo,
    // Go's own limit is 10 minutes a package; pkg/store with PostgreSQL has been seen to take 6 on a busy machine.
    run: () => goTest(['-timeout', '20m', ...GO_PACKAGES, ...GO_SCRIPTS]),
  },
  {
    name: 'faults',
    what: 'the plugin killed at every step of an action, and races over replicas',
    needs: needGo,
    run: () => goTest(['-count=1', '-timeout', `${ENGINE_MINUTES}m`, './faults/...']),
  },
  {
    name: 'soak',
    what: 'a day of 8,640 polls in fake time, with faults; 50,000 jobs in one data source',
    needs: needGo,
    run: () => goTestInFakeTime('./soak/...'),
  },
  {
    name: 'truth',
    what: 'what the plugin says of recorded clusters against what was true; a healthy day is silent',
    needs: needGo,
    run: () => goTestInFakeTime('./truth/...'),
  },
  {
    name: 'bench',
    what: 'npm run bench works, with a few runs',
    needs: needGo,
    run: () => goTest(['-count=1', './bench/...']),
  },
  {
    name: 'fuzz',
    what: 'what comes from outside: every fuzz target for a few seconds',
    needs: needGo,
    run: () => fuzz(GO_PACKAGES),
  },
  {
    name: 'build-frontend',
    what: 'dist of the browser part',
    run: () => one('npm', ['run', '--silent', 'build:frontend']),
  },
  {
    name: 'build-backend',
    what: "the backend's program for this machine, in dist",
    needs: needGo,
    run: () => one('npm', ['run', '--silent', 'build:backend']),
  },
  { name: 'dist', what: 'dist is complete', run: async () => asResult(builtPlugin()) },
  {
    name: 'package',
    what: "a release's zip of what is built, against the rules of Grafana's catalogue; its parts' licences",
    needs: needGo,
    run: async () => asResult(await (await import('./packed.mjs')).packageFaults()),
  },
  {
    name: 'table',
    what: 'how fast a browser draws and scrolls 5,000 jobs; alone, since it is measured',
    needs: needGo,
    run: () => nodeTest(TABLE),
  },
  {
    name: 'docs',
    what: 'every command of the docs, and their blocks, links, keys and sentences',
    run: () => nodeTest(DOCS_CHECK),
  },
  { name: 'postgres', what: 'the PostgreSQL for tests', run: () => nodeTest('engines/postgres') },
  {
    name: 'workbench',
    waits: true,
    what: 'pages, panels and every journey in a browser, on the simulators',
    needs: needGo,
    run: () => nodeTest('workbench', TABLE),
  },
  {
    name: 'engine',
    waits: true,
    what: 'the test engine itself',
    needs: needEngine,
    run: () => nodeTest('engines/seatunnel'),
  },
  {
    name: 'engine-go',
    waits: true,
    what: 'adapter and actions on the real engine',
    needs: needEngineAndGo,
    run: engineGo,
  },
  {
    name: 'install-zip',
    waits: true,
    what: "a release's zip, unpacked into a real Grafana",
    needs: needGo,
    run: () => nodeTest('e2e/install-zip.test.mjs'),
  },
  {
    name: 'rules',
    waits: true,
    what: 'every alert rule evaluated in a real Grafana, on the simulators',
    needs: needGo,
    run: () => nodeTest('e2e/rules.test.mjs'),
  },
  {
    name: 'dashboards',
    waits: true,
    what: 'every shipped dashboard loaded by a real Grafana, every query of it answered, on the simulators',
    needs: needGo,
    run: () => nodeTest('e2e/dashboards.test.mjs'),
  },
  {
    name: 'pages',
    waits: true,
    what: 'set up, understand, second person, audit, be alerted: people on the pages in a real Grafana, on the simulators',
    needs: needGo,
    run: () => nodeTest('e2e/pages.test.mjs'),
  },
  {
    name: 'history',
    waits: true,
    what: 'recording rules from a real Grafana into a real Prometheus',
    needs: needGo,
    run: () => nodeTest('e2e/history.test.mjs'),
  },
  {
    name: 'engine-jgroups',
    waits: true,
    what: 'the JGroups cluster for tests, with real faults',
    needs: needEngine,
    run: () => nodeTest('engines/jgroups'),
  },
  {
    name: 'engine-jgroups-go',
    waits: true,
    what: 'the data source on real JGroups nodes: outages, frozen and restarted nodes against the truth',
    needs: needEngineAndGo,
    run: () =>
      goTest([
        ...['-count=1', '-timeout', `${JGROUPS_MINUTES}m`, '-tags', 'enginejgroups'],
        ...['-run', 'TestJGroups', './pkg/plugin'],
      ]),
  },
  {
    name: 'simulator-engine',
    waits: true,
    what: 'the simulator, against the real engine',
    needs: needEngine,
    run: () => simulator(['--engine']),
  },
  {
    name: 'journey',
    what: 'the whole way in a real Grafana with the real engine',
    needs: needEngine,
    run: () => nodeTest('e2e/journey.test.mjs'),
  },
  {
    name: 'cluster',
    what: 'Unjam in a real Grafana on the cluster of SEATUNNEL_URL, read only',
    run: () => nodeTest('e2e/cluster.test.mjs'),
  },
];

/** @returns {Promise<Result>} */
async function install() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const lock = path.join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) {
    return { passed: 1, failed: 0, skipped: [], output: '', note: 'node_modules is up to date' };
  }
  return one('npm', ['ci', '--no-audit', '--no-fund']);
}

/**
 * @param {string[]} which
 * @returns {Promise<Result>}
 */
async function simulator(which) {
  const reporter = [`--test-reporter=${NODE_REPORTER}`, '--test-reporter-destination=stdout'];
  return nodeTests(await run('node', ['simulator/run-tests.mjs', ...which, ...reporter], { minutes: ENGINE_MINUTES }));
}

/** @returns {Promise<Result>} */
async function gofmt() {
  const { code, output } = await run('gofmt', [
    '-l',
    'Magefile.go',
    'pkg',
    'workbench/backend',
    'faults',
    'bench',
    'soak',
    'truth',
    'scripts',
  ]);
  const unformatted = output.trim();
  const failed = code !== 0 || unformatted !== '';
  return {
    passed: failed ? 0 : 1,
    failed: failed ? 1 : 0,
    skipped: [],
    output: `Not formatted by gofmt:\n${unformatted}`,
  };
}

/**
 * The Go tests with the build tag "engine", and these alone: the others have run.
 * @returns {Promise<Result>}
 */
async function engineGo() {
  const tagged = goFiles(path.join(root, 'pkg')).filter((file) =>
    /^\/\/go:build .*\bengine\b/m.test(readFileSync(file, 'utf8'))
  );
  const tests = tagged.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^func (Test\w+)\(/gm)].map((match) => match[1])
  );
  if (tests.length === 0) {
    return {
      passed: 0,
      failed: 0,
      skipped: [{ what: 'engine-go', why: 'no Go test has the build tag engine' }],
      output: '',
    };
  }
  const packages = [...new Set(tagged.map((file) => `./${path.relative(root, path.dirname(file))}`))];
  const chosen = `^(${tests.join('|')})$`;
  return goTest(['-count=1', '-p=1', '-timeout', `${ENGINE_MINUTES}m`, '-tags', 'engine', '-run', chosen, ...packages]);
}

/**
 * @param {string[]} goArguments
 * @returns {Promise<Result>}
 */
async function goTest(goArguments) {
  // The race detector needs a C compiler.
  const race = has('gcc') || has('clang') || has('cc');
  const flags = race ? ['-race'] : [];
  const result = goTests(await run('go', ['test', ...flags, '-json', ...goArguments], { minutes: ENGINE_MINUTES }));
  if (!race) {
    result.skipped.push({ what: 'the race detector', why: 'no C compiler (gcc or clang)' });
  }
  return result;
}

/**
 * Days of fake time, without the race detector: it would make minutes of them. What runs here is tested with
 * it elsewhere.
 * @param {string} packages
 * @returns {Promise<Result>}
 */
async function goTestInFakeTime(packages) {
  const goArguments = ['test', '-json', '-count=1', '-timeout', `${ENGINE_MINUTES}m`, packages];
  return goTests(await run('go', goArguments, { minutes: ENGINE_MINUTES }));
}

/**
 * Runs Node tests, one file after the other: each starts servers.
 * @param {string} where a folder or a file
 * @param {string} [but] a folder or file in it whose tests have a step of their own
 * @returns {Promise<Result>}
 */
async function nodeTest(where, but) {
  // Named one by one: what a folder means to `node --test` differs between versions of Node.
  const files = (where.endsWith('.mjs') ? [where] : testFiles(where)).filter((file) => !but || !file.startsWith(but));
  const reporter = [`--test-reporter=${NODE_REPORTER}`, '--test-reporter-destination=stdout'];
  const ended = await run('node', ['--test', '--test-concurrency=1', ...reporter, ...files], {
    minutes: ENGINE_MINUTES,
  });
  const result = nodeTests(ended);
  // Which engine and which Grafana it was belongs to the result.
  const about = result.output.split('\n').filter((line) => /^The (engine|Grafana): /.test(line));
  return { ...result, note: about.join(' ') };
}

/** @param {string} folder */
function testFiles(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => path.join(folder, name));
}

/**
 * A step that is one program.
 * @param {string} program
 * @param {string[]} programArguments
 * @returns {Promise<Result>}
 */
async function one(program, programArguments) {
  const { code, output } = await run(program, programArguments);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], output };
}

/**
 * @param {...(() => Promise<string[]>)} checks each gives its faults
 * @returns {Promise<Result>}
 */
async function all(...checks) {
  /** @type {Result} */
  const result = { passed: 0, failed: 0, skipped: [], output: '' };
  for (const check of checks) {
    const { passed, failed, output } = asResult(await check());
    result.passed += passed;
    result.failed += failed;
    result.output += output;
  }
  return result;
}

/**
 * @param {string[]} faults
 * @returns {Result}
 */
function asResult(faults) {
  const failed = faults.length > 0;
  return {
    passed: failed ? 0 : 1,
    failed: failed ? 1 : 0,
    skipped: [],
    output: faults.map((fault) => `${fault}\n`).join(''),
  };
}

function needGo() {
  return has('go', 'version') ? undefined : 'Go is not installed (go.mod names the version)';
}

function needEngine() {
  const missing = ['java', 'javac', 'mvn'].filter((program) => !has(program));
  return missing.length === 0
    ? undefined
    : `the real engine needs Java 17 (JDK) and Maven; missing: ${missing.join(', ')}`;
}

function needEngineAndGo() {
  return needGo() ?? needEngine();
}
