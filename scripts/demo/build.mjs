// @ts-check
/** Installs and builds what the demo needs, and only what is missing or older than its sources. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { has, root, run } from '../lib/children.mjs';

/** npm packages as the lock file says. */
export async function install() {
  if (!has('go', 'version')) {
    throw new Error('Go is missing: install Go 1.26 or newer, the data source is written in it.');
  }
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(path.join(root, 'package-lock.json')).mtimeMs) {
    await step('Installing npm packages', 'npm', ['ci', '--no-audit', '--no-fund']);
  }
}

/** The plugin in dist/, for a Grafana. */
export async function buildPlugin() {
  const dist = path.join(root, 'dist');
  if (isOlder(path.join(dist, 'module.js'), ['src', 'package.json', 'webpack.config.ts'])) {
    await step('Building the browser part', 'npm', ['run', '--silent', 'build:frontend']);
  }
  if (isOlder(path.join(dist, 'datasource', 'go_plugin_build_manifest'), ['pkg', 'go.mod'])) {
    await step('Building the backend', 'npm', ['run', '--silent', 'build:backend']);
  }
}

/** The page of the workbench. */
export async function buildWorkbench() {
  if (isOlder(path.join(root, 'workbench', 'dist', 'index.html'), ['src', 'workbench/page', 'package.json'])) {
    await step('Building the workbench', 'npm', ['run', '--silent', 'workbench:build']);
  }
}

/**
 * @param {string} what
 * @param {string} program
 * @param {string[]} programArguments
 */
async function step(what, program, programArguments) {
  console.log(`${what} …`);
  const { code, output } = await run(program, programArguments);
  if (code !== 0) {
    throw new Error(`${what} failed:\n${output}`);
  }
}

/**
 * Whether a result is missing, or older than anything it is made from.
 * @param {string} result
 * @param {string[]} sources files and folders, from the root
 */
function isOlder(result, sources) {
  return !existsSync(result) || sources.some((source) => newest(path.join(root, source)) > statSync(result).mtimeMs);
}

/**
 * @param {string} place file or folder
 * @returns {number} ms since 1970
 */
function newest(place) {
  const found = statSync(place);
  if (!found.isDirectory()) {
    return found.mtimeMs;
  }
  return Math.max(0, ...readdirSync(place).map((name) => newest(path.join(place, name))));
}
