#!/usr/bin/env node
// @ts-check
/**
 * `npm run package`: builds everything for all platforms and makes the zip of a release, with checksums, in artifacts/.
 *
 *   npm run package -- [--only linux/amd64,…] [--no-build] [--out DIR]
 *
 * Equal sources make equal zips: no time but that of the newest commit (or SOURCE_DATE_EPOCH) is in it.
 */
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from '../lib/children.mjs';
import { checkPackage, faultsIn } from './check.mjs';
import { pack } from './pack.mjs';
import { chosenPlatforms, platformName } from './platforms.mjs';
import { EPOCH_VARIABLE, sourceDate } from './sources.mjs';

/** A first build of a platform takes minutes on two cores. */
const BUILD_MINUTES = 30;

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'no-build': { type: 'boolean' }, out: { type: 'string' } },
});
const platforms = chosenPlatforms(values.only);
if (!values['no-build']) {
  const epoch = String((await sourceDate()).getTime() / 1000);
  // What an earlier build left must not come along.
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  await build('the browser part', 'npm', ['run', '--silent', 'build:frontend'], epoch);
  for (const platform of platforms) {
    const mage = ['run', 'github.com/magefile/mage', ...platform.target];
    await build(`the program for ${platformName(platform)}`, 'go', mage, epoch);
  }
}
const { file, names, leftOut, parts } = await pack({ platforms, out: path.resolve(root, values.out ?? 'artifacts') });
const { findings } = await checkPackage(file);
const megabytes = (statSync(file).size / 1e6).toFixed(1);
console.log(`${path.relative(root, file)}: ${megabytes} MB, ${names.length} files, ${parts} parts of others.`);
console.log(`Left out of dist: ${leftOut.join(', ') || 'nothing'}.`);
findings.forEach(({ rule, severity, fault }) => console.error(`${severity}: ${rule}: ${fault}`));
process.exit(faultsIn(findings).length === 0 ? 0 : 1);

/**
 * @param {string} what
 * @param {string} program
 * @param {string[]} programArguments
 * @param {string} epoch
 */
async function build(what, program, programArguments, epoch) {
  const began = Date.now();
  const options = { minutes: BUILD_MINUTES, env: { [EPOCH_VARIABLE]: epoch } };
  const { code, output } = await run(program, programArguments, options);
  if (code !== 0) {
    console.error(`${output}\nCould not build ${what}.`);
    process.exit(1);
  }
  console.log(`Built ${what} (${Math.round((Date.now() - began) / 1000)} s).`);
}
