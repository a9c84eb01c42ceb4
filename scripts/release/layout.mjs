// @ts-check
/** What of dist goes into the zip, and what is changed on the way. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FILE_MODE, PROGRAM_MODE } from './archive.mjs';
import { programName } from './platforms.mjs';

/** Where the project is read; plugin.json's links and go.mod say the same. */
export const REPOSITORY = 'https://github.com/unjam/unjam-jobs-app';
const RAW = 'https://raw.githubusercontent.com/unjam/unjam-jobs-app';
/** The licences of what is built in; see licences.mjs. */
export const THIRD_PARTY = 'THIRD_PARTY_LICENSES.txt';

/** The part of webpack's runtime that knows each chunk's name and hash. */
const CHUNK_NAMES = '/webpack/runtime/get javascript chunk filename';

/** Everything else in dist is left by builds and of no use to Grafana: JSON that is in the bundles, too, for one. */
const SHIPPED = [
  /^(LICENSE|CHANGELOG\.md|README\.md|go_plugin_build_manifest)$/,
  /^(.+\/)?plugin\.json$/,
  /^(.+\/)?[\w.-]+\.js(\.map)?$/,
  /^(.+\/)?img\/[\w.-]+\.(svg|png)$/,
  /^dashboards\/[\w.-]+\.json$/,
  /^(.+\/)?locales\/[\w-]+\/[\w-]+\.json$/,
];

/**
 * @typedef {object} Layout
 * @property {import('./archive.mjs').Entry[]} entries
 * @property {string[]} leftOut files of dist that are not taken
 */

/**
 * The files of the zip.
 * @param {object} options
 * @param {string} options.dist the folder of the build
 * @param {string} options.version of package.json
 * @param {Date} options.at the time of the sources; plugin.json's `updated` is its day
 * @param {import('./platforms.mjs').Platform[]} options.platforms whose programs are taken
 * @param {string} options.licences the text for THIRD_PARTY
 * @returns {Layout}
 * @throws {Error} where a program is missing
 */
export function layOut({ dist, version, at, platforms, licences }) {
  const names = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dist, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  const read = (/** @type {string} */ name) => readFileSync(path.join(dist, name));
  const plugin = JSON.parse(read('plugin.json').toString());
  const programs = new Set(
    names
      .filter((name) => path.posix.basename(name) === 'plugin.json')
      .flatMap((name) => programsOf(name, JSON.parse(read(name).toString()), platforms))
  );
  for (const program of programs) {
    if (!names.includes(program)) {
      throw new Error(`dist/${program} is not there: build it first, or choose platforms with --only.`);
    }
  }
  /** @type {Layout} */
  const layout = { entries: [], leftOut: [] };
  const add = (/** @type {string} */ name, /** @type {Buffer} */ bytes, mode = FILE_MODE) =>
    layout.entries.push({ name: `${plugin.id}/${name}`, mode, bytes });
  for (const name of names) {
    if (programs.has(name)) {
      add(name, read(name), PROGRAM_MODE);
    } else if (name === 'README.md') {
      add(name, Buffer.from(withAbsoluteLinks(read(name).toString(), version)));
    } else if (path.posix.basename(name) === 'plugin.json') {
      add(name, Buffer.from(updatedAt(read(name).toString(), at)));
    } else if (name.endsWith('.js.map')) {
      add(name, Buffer.from(withoutFolder(read(name).toString(), name)));
    } else if (SHIPPED.some((pattern) => pattern.test(name))) {
      add(name, read(name));
    } else {
      layout.leftOut.push(name);
    }
  }
  add(THIRD_PARTY, Buffer.from(licences));
  return layout;
}

/**
 * @param {string} file of a plugin.json
 * @param {{ executable?: string }} plugin
 * @param {import('./platforms.mjs').Platform[]} platforms
 * @returns {string[]} the names of its programs in dist
 */
function programsOf(file, { executable }, platforms) {
  return executable === undefined
    ? []
    : platforms.map((platform) => path.posix.join(path.posix.dirname(file), programName(executable, platform)));
}

/**
 * The catalogue shows the README away from the repository, where a relative link leads nowhere.
 * @param {string} markdown
 * @param {string} version whose tag the links lead to
 */
export function withAbsoluteLinks(markdown, version) {
  return markdown.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, image, text, target) => {
    if (/^([a-z]+:|#)/.test(target)) {
      return whole;
    }
    const clean = target.replace(/^\.\//, '');
    const base = image ? `${RAW}/v${version}` : `${REPOSITORY}/${clean.endsWith('/') ? 'tree' : 'blob'}/v${version}`;
    return `${image}[${text}](${base}/${clean})`;
  });
}

/**
 * webpack keeps hashes in a map that depend on the folder of the build, in its name and in the list of chunks: the same
 * sources make the same file without them.
 * @param {string} text of a map
 * @param {string} name
 */
function withoutFolder(text, name) {
  /** @type {{ sources?: string[], sourcesContent?: string[] }} */
  const map = JSON.parse(text);
  const sourcesContent = map.sourcesContent?.map((content, index) =>
    map.sources?.[index]?.endsWith(CHUNK_NAMES) ? content.replace(/"[0-9a-f]{20}"/g, '""') : content
  );
  return JSON.stringify({ ...map, file: path.posix.basename(name, '.map'), ...(sourcesContent && { sourcesContent }) });
}

/**
 * The day of the sources instead of that of the build: the same sources make the same file.
 * @param {string} pluginJson
 * @param {Date} at
 */
function updatedAt(pluginJson, at) {
  const plugin = JSON.parse(pluginJson);
  plugin.info.updated = at.toISOString().slice(0, 'YYYY-MM-DD'.length);
  return `${JSON.stringify(plugin, null, 2)}\n`;
}
