// @ts-check
/** Finds source files. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The Go files below a folder.
 * @param {string} folder
 * @returns {string[]}
 */
export function goFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.go'))
    .map((name) => path.join(folder, name));
}
