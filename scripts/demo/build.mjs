// @ts-check
/** Installs and builds what the demo needs, and only what is missing or older than its sources. */
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../lib/children.mjs';

const INSTALLED = path.join(root, 'node_modules', '.package-lock.json');
/** What every build in JavaScript depends on, and so do the copies of some of them in dist/. */
const TOOLS = ['package.json', 'package-lock.json', '.config', 'tsconfig.json'];
const PLUGIN_SOURCES = [...TOOLS, 'src', 'webpack.config.ts', 'README.md', 'CHANGELOG.md', 'LICENSE'];
/** The page's dashboard is the provisioned one. */
const WORKBENCH_SOURCES = [...TOOLS, 'src', 'workbench/page', 'workbench/webpack.config.ts', 'provisioning/dashboards'];
/** The build writes the version of package.json and of plugin.json into the program. */
const BACKEND_SOURCES = ['package.json', 'pkg', 'go.mod', 'go.sum', 'Magefile.go', 'src/plugin.json', 'src/datasource'];
/** The plugin's program and the workbench's: most of their packages are the same. */
const GO_PROGRAMS = ['./pkg', './workbench/backend'];
/** Targets of the SDK's mage build. */
const TARGETS = new Map([
  ['linux x64', 'build:linux'],
  ['linux arm64', 'build:linuxARM64'],
  ['darwin x64', 'build:darwin'],
  ['darwin arm64', 'build:darwinARM64'],
]);

/** npm packages as the lock file says. */
export async function install() {
  if (!isOlder(INSTALLED, ['package-lock.json'])) {
    return;
  }
  // Compiling Go takes as long as installing, and one does not need the other. Its results are in Go's cache then, and
  // its faults are told by the build that needs them.
  const compiled = run('go', ['build', ...GO_PROGRAMS]);
  try {
    await step('Installing npm packages, and compiling Go', INSTALLED, 'npm', ['ci', '--no-audit', '--no-fund']);
  } finally {
    await compiled;
  }
}

/**
 * The plugin in dist/, for a Grafana.
 * @param {NodeJS.Platform} [platform] where that Grafana runs
 */
export async function buildPlugin(platform = process.platform) {
  const page = path.join(root, 'dist', 'module.js');
  if (isOlder(page, PLUGIN_SOURCES)) {
    await step('Building the browser part', page, 'npm', ['run', '--silent', 'build:frontend']);
  }
  const { target, file } = backendFor(platform, process.arch);
  const program = path.join(root, 'dist', 'datasource', file);
  if (isOlder(program, BACKEND_SOURCES)) {
    await step('Building the backend', program, 'go', ['run', 'github.com/magefile/mage', '-v', target]);
  }
}

/** The page of the workbench. */
export async function buildWorkbench() {
  const page = path.join(root, 'workbench', 'dist', 'index.html');
  if (isOlder(page, WORKBENCH_SOURCES)) {
    await step('Building the workbench', page, 'npm', ['run', '--silent', 'workbench:build']);
  }
}

/**
 * What builds the data source's program for a machine, and the name that Grafana looks for there.
 * @param {NodeJS.Platform} platform
 * @param {string} arch as process.arch
 * @returns {{ target: string, file: string }}
 * @throws {Error} for a machine that the plugin is not built for
 */
export function backendFor(platform, arch) {
  const target = TARGETS.get(`${platform} ${arch}`);
  if (!target) {
    throw new Error(`The plugin is not built for ${platform} on ${arch}: try --workbench.`);
  }
  return { target, file: `gpx_unjam_coordinator_${platform}_${arch === 'x64' ? 'amd64' : arch}` };
}

/**
 * @param {string} what
 * @param {string} result the file that tells by its age whether this was done
 * @param {string} program
 * @param {string[]} programArguments
 */
async function step(what, result, program, programArguments) {
  console.log(`${what} …`);
  const begun = new Date();
  const { code, output } = await run(program, programArguments);
  if (code !== 0) {
    // What is left of a build that failed or was interrupted must not pass for a new one.
    rmSync(result, { force: true });
    throw new Error(`${what} failed. What it said:\n${output.trimEnd()}`);
  }
  // Some builds leave a file alone that would be the same as before. What was changed meanwhile is not in it.
  utimesSync(result, begun, begun);
}

/**
 * Whether a result is missing, or older than anything it is made from.
 * @param {string} result
 * @param {string[]} sources files and folders, from `base`
 * @param {string} [base]
 */
export function isOlder(result, sources, base = root) {
  return !existsSync(result) || sources.some((source) => newest(path.join(base, source)) > statSync(result).mtimeMs);
}

/**
 * When a file, or anything in a folder, was last changed. A folder itself changes when something in it is removed.
 * @param {string} place
 * @returns {number} ms since 1970
 */
function newest(place) {
  const found = statSync(place);
  const inside = found.isDirectory() ? readdirSync(place).map((name) => newest(path.join(place, name))) : [];
  return Math.max(found.mtimeMs, ...inside);
}
