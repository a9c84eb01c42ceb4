// @ts-check
/** Makes the zip of what is built, with its checksums. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/children.mjs';
import { writeArchive } from './archive.mjs';
import { layOut } from './layout.mjs';
import { partsOf, refusedParts, thirdPartyText } from './licences.mjs';
import { platformName, programName } from './platforms.mjs';
import { writeChecksums } from './sign.mjs';
import { sourceDate, version } from './sources.mjs';

/**
 * @typedef {object} Packed
 * @property {string} file the zip
 * @property {string[]} names of the files in it
 * @property {string[]} leftOut files of dist that are not in it
 * @property {number} parts of others that are built in
 */

/**
 * Makes `unjam-jobs-app-VERSION.zip` of dist.
 * @param {{ platforms: import('./platforms.mjs').Platform[], out: string, dist?: string }} options `out` is the folder for it
 * @returns {Promise<Packed>}
 * @throws {Error} where dist is not complete, or a part may not be shipped
 */
export async function pack({ platforms, out, dist = path.join(root, 'dist') }) {
  const parts = await partsOf(dist, programFiles(dist, platforms));
  const refused = refusedParts(parts);
  if (refused.length > 0) {
    throw new Error(`These parts may not be shipped:\n${refused.join('\n')}`);
  }
  const at = await sourceDate();
  const { entries, leftOut } = layOut({
    ...{ dist, version: version(), at, platforms },
    licences: thirdPartyText(parts),
  });
  const { id } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));
  mkdirSync(out, { recursive: true });
  const file = path.join(out, `${id}-${version()}.zip`);
  await writeArchive(file, entries, at);
  writeChecksums(file);
  return { file, names: entries.map(({ name }) => name), leftOut, parts: parts.length };
}

/**
 * @param {string} dist
 * @param {import('./platforms.mjs').Platform[]} platforms
 */
function programFiles(dist, platforms) {
  const folders = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name) === 'plugin.json')
    .map((name) => path.join(dist, path.dirname(name)));
  return folders.flatMap((folder) => {
    /** @type {{ executable?: string }} */
    const { executable } = JSON.parse(readFileSync(path.join(folder, 'plugin.json'), 'utf8'));
    return executable === undefined
      ? []
      : platforms.map((platform) => {
          const file = path.join(folder, programName(executable, platform));
          if (!existsSync(file)) {
            throw new Error(`There is no program for ${platformName(platform)} in dist: build it first.`);
          }
          return file;
        });
  });
}
