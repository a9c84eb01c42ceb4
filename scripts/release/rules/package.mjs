// @ts-check
/** A package as the rules see it. */
import path from 'node:path';

/**
 * @typedef {import('../archive.mjs').Entry} Entry
 * @typedef {object} Plugin one plugin.json
 * @property {string} file below the top folder
 * @property {any} json undefined where it is no JSON
 * @typedef {object} Package
 * @property {string[]} tops the folders and files at the top of the archive
 * @property {Map<string, Entry>} files by their path below the top folder
 * @property {Plugin[]} plugins the app first
 * @typedef {'error' | 'warning' | 'advice'} Severity the catalogue refuses a package for an error, and asks about a warning; both
 *   end a check with 1
 * @typedef {object} Rule
 * @property {string} name
 * @property {Severity} severity
 * @property {string} source who says so
 * @property {(pack: Package) => string[]} check the faults
 */

export const MAIN = 'plugin.json';

/**
 * @param {Entry[]} entries of an archive
 * @returns {Package}
 */
export function packageOf(entries) {
  const tops = [...new Set(entries.map(({ name }) => name.split('/')[0] ?? ''))];
  const top = `${tops[0]}/`;
  const files = new Map(
    entries.filter(({ name }) => name.startsWith(top)).map((entry) => [entry.name.slice(top.length), entry])
  );
  const plugins = [...files.keys()]
    .filter((name) => path.posix.basename(name) === MAIN)
    .sort((one, other) => one.length - other.length)
    .map((file) => ({ file, json: parsed(textOf(files, file)) }));
  return { tops, files, plugins };
}

/**
 * @param {Map<string, Entry>} files
 * @param {string} name
 * @returns {string} empty where the file is not there
 */
export function textOf(files, name) {
  return files.get(name)?.bytes.toString('utf8') ?? '';
}

/**
 * A path in a plugin.json, below the top folder.
 * @param {Plugin} plugin
 * @param {string} name
 */
export function beside(plugin, name) {
  return path.posix.join(path.posix.dirname(plugin.file), name);
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
