#!/usr/bin/env node
// @ts-check
/** `npm run licences`: the licences of all parts of the build in dist; ends with 1 where one may not be shipped. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/children.mjs';
import { partsOf, refusedParts } from './licences.mjs';

const dist = path.join(root, 'dist');
const programs = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((name) => path.basename(name).startsWith('gpx_'))
  .map((name) => path.join(dist, name));
if (programs.length === 0) {
  console.error('There is no program in dist: run "npm run build" first.');
  process.exit(1);
}
const parts = await partsOf(dist, programs);
for (const { kind, name, version, licences } of parts) {
  console.log(`${kind.padEnd(4)}${`${name} ${version}`.padEnd(90)}${licences.join(', ') || 'not known'}`);
}
const refused = refusedParts(parts);
console.log(`${parts.length} parts; ${refused.length} may not be shipped.`);
refused.forEach((fault) => console.error(fault));
process.exit(refused.length === 0 ? 0 : 1);
