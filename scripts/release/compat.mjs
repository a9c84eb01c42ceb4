#!/usr/bin/env node
// @ts-check
/**
 * `npm run compat [-- VERSION …]`: asks levitate whether what we use of Grafana's packages is there in the oldest Grafana
 * that we support, and in the newest. It needs npm's registry, and takes a minute for each version.
 *
 * Levitate also names types that are written another way while they mean the same, and ends with 1 for it. What ends this
 * check with 1 is a name that is gone; changed types are printed, and for people to look at.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../lib/children.mjs';
import { removedNames, compared } from './levitate-report.mjs';

/** Pinned: a check must not change because a checker did. */
const LEVITATE = '@grafana/levitate@0.17.2';
const PACKAGES = ['@grafana/data', '@grafana/ui', '@grafana/runtime'];
/** Two packages are fetched, and their types compared, for each of PACKAGES. */
const MINUTES = 15;
const FOLDER = path.join(root, 'node_modules', '.cache', 'unjam-compat');

const versions = process.argv.length > 2 ? process.argv.slice(2) : [oldest(), 'latest'];
// Levitate takes one file, and we have a module for each plugin.
const entry = path.join(FOLDER, 'all.ts');
mkdirSync(FOLDER, { recursive: true });
const modules = ['module', 'datasource/module', 'panels/stuck-jobs/module', 'panels/delivery/module'];
writeFileSync(entry, modules.map((name) => `import '../../../src/${name}';\n`).join(''));
let faults = 0;
for (const version of versions) {
  const target = PACKAGES.map((name) => `${name}@${version}`).join(',');
  const levitate = ['--yes', LEVITATE, 'is-compatible', '--markdown', '--path', entry, '--target', target];
  const { output } = await run('npx', levitate, { minutes: MINUTES });
  console.log(output.replaceAll(`${root}/`, ''));
  const removed = removedNames(output);
  const missing = PACKAGES.filter((name) => !compared(output).includes(name));
  removed.forEach((name) => console.error(`Not in Grafana ${version}: ${name}`));
  missing.forEach((name) => console.error(`Levitate did not compare ${name} with ${version}; its output is above.`));
  faults += removed.length + missing.length;
  if (removed.length + missing.length === 0) {
    console.log(`Grafana ${version} has every name that we use.`);
  }
}
rmSync(FOLDER, { recursive: true, force: true });
process.exit(faults === 0 ? 0 : 1);

/** The oldest Grafana that plugin.json allows. */
function oldest() {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'src', 'plugin.json'), 'utf8'));
  return dependencies.grafanaDependency.replace('>=', '');
}
