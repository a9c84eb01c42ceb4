#!/usr/bin/env node
// @ts-check
/** `npm run check:tag -- vX.Y.Z`: ends with 1 where the tag must not be released, else prints the release's notes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/children.mjs';
import { sections, tagFaults } from './changelog.mjs';
import { version } from './sources.mjs';

const [tag = ''] = process.argv.slice(2);
const changelog = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
const faults = tagFaults({ tag, version: version(), changelog });
if (faults.length > 0) {
  faults.forEach((fault) => console.error(fault));
  process.exit(1);
}
console.log(sections(changelog).find((section) => section.version === version())?.text);
