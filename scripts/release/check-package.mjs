#!/usr/bin/env node
// @ts-check
/** `npm run check:package -- FILE.zip`: the catalogue's rules; ends with 1 where one is broken. */
import { checkPackage, faultsIn } from './check.mjs';
import { THIRD_PARTY } from './layout.mjs';

const [file] = process.argv.slice(2);
if (!file) {
  console.error('Say which: npm run check:package -- artifacts/unjam-jobs-app-VERSION.zip');
  process.exit(2);
}
const { rules, findings, pack } = await checkPackage(file);
console.log(`${pack.tops.join(', ')}: ${pack.files.size} files, ${pack.plugins.length} plugins.`);
for (const [name, { bytes, mode }] of pack.files) {
  if (/gpx_|\.zip$/.test(name) || name === THIRD_PARTY) {
    console.log(`  ${mode.toString(8)} ${String(bytes.length).padStart(10)} ${name}`);
  }
}
for (const { rule, severity, fault } of findings) {
  console.log(`${severity}: ${rule}: ${fault}`);
}
console.log(`${rules} rules, ${findings.length} findings.`);
process.exit(faultsIn(findings).length === 0 ? 0 : 1);
