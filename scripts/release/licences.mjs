// @ts-check
/**
 * The licences of all that a package has in it: the npm packages in the bundles, the Go modules in the program, and Go
 * itself. `npm run licences` prints them and ends with 1 where one may not be used.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../lib/children.mjs';

/**
 * Licences under which a part may be shipped in a package under Apache-2.0. MPL-2.0 (HashiCorp's plugin protocol) asks
 * that its sources can be had; the list names where.
 */
const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'CC0-1.0'],
  ...['ISC', 'MIT', 'MIT-0', 'MPL-2.0', 'PostgreSQL', 'Unicode-DFS-2016', 'Unlicense', 'Zlib'],
]);
const LICENCE_FILE = /^(licen[cs]e|copying|notice|patents)([._-].*)?$/i;
/** Both say more to a licence and are none. */
const ADDITION = /^(notice|patents)/i;
/** The scaffold's module for webpack's public path is made up by the build. */
const MADE_UP = 'grafana-public-path.js';

/**
 * @typedef {object} Part
 * @property {'npm' | 'Go'} kind
 * @property {string} name
 * @property {string} version
 * @property {string} from where its sources are
 * @property {string[]} files its licences and notices
 * @property {string[]} licences SPDX identifiers
 */

/**
 * All parts of a build.
 * @param {string} dist
 * @param {string[]} programs the files of the backend's programs
 * @returns {Promise<Part[]>}
 */
export async function partsOf(dist, programs) {
  const parts = [...bundledPackages(dist), ...(await goModules(programs))];
  const files = parts.flatMap((part) => part.files.filter((file) => !ADDITION.test(path.basename(file))));
  const found = identify(files);
  return parts.map((part) => ({
    ...part,
    licences: [...new Set(part.files.flatMap((file) => found[file] ?? []))].sort(),
  }));
}

/**
 * What may not be shipped.
 * @param {Part[]} parts
 * @returns {string[]}
 */
export function refusedParts(parts) {
  return parts.flatMap(({ kind, name, version, licences }) => {
    const refused = licences.filter((licence) => !ALLOWED.has(licence));
    if (licences.length === 0) {
      return [`${kind} ${name} ${version}: its licence is not known`];
    }
    return refused.length > 0 ? [`${kind} ${name} ${version}: ${refused.join(', ')} is not among those allowed`] : [];
  });
}

/**
 * The npm packages in the bundles, by the bundles' own source maps: what is only used to build is not in them, and what
 * Grafana brings neither.
 * @param {string} dist
 * @returns {Part[]}
 */
export function bundledPackages(dist) {
  const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js.map'));
  /** @type {Set<string>} */
  const folders = new Set();
  for (const map of maps) {
    /** @type {{ sources: string[] }} */
    const { sources } = JSON.parse(readFileSync(path.join(dist, map), 'utf8'));
    for (const source of sources) {
      const folder = /^webpack:\/\/[^/]+\/(?:\.{1,2}\/)*(.*node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(source)?.[1];
      if (folder && path.posix.basename(folder) !== MADE_UP) {
        folders.add(folder);
      }
    }
  }
  return [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const from = `https://www.npmjs.com/package/${name}/v/${version}`;
    return { kind: 'npm', name, version, from, files: licenceFiles(path.join(root, folder)), licences: [] };
  });
}

/**
 * The Go modules in programs, by what Go writes into each: platforms differ.
 * @param {string[]} programs
 * @returns {Promise<Part[]>}
 */
async function goModules(programs) {
  const { stdout: info } = await succeed('go', ['version', '-m', ...programs]);
  const modules = [...new Set([...info.matchAll(/^\t(?:dep|=>)\t(\S+)\t\S+/gm)].map((match) => match[1] ?? ''))].sort();
  const { stdout: list } = await succeed('go', ['list', '-m', '-f', '{{.Path}}\t{{.Version}}\t{{.Dir}}', ...modules]);
  const { stdout: go } = await succeed('go', ['env', 'GOVERSION', 'GOROOT']);
  const [goVersion = '', goRoot = ''] = go.trim().split('\n');
  /** @type {Part} */
  const standard = {
    kind: 'Go',
    name: 'Go standard library',
    version: goVersion,
    from: 'https://go.dev/dl/',
    files: licenceFiles(goRoot),
    licences: [],
  };
  const rest = list
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', version = '', folder = ''] = line.split('\t');
      const from = `https://pkg.go.dev/${name}@${version}`;
      return /** @type {Part} */ ({ kind: 'Go', name, version, from, files: licenceFiles(folder), licences: [] });
    });
  return [standard, ...rest];
}

/** @param {string} folder */
function licenceFiles(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
        .map((entry) => path.join(folder, entry.name))
        .sort()
    : [];
}

/**
 * @param {string[]} files
 * @returns {Record<string, string[]>}
 */
function identify(files) {
  const { status, stdout, stderr } = spawnSync('go', ['run', './scripts/release/licences'], {
    cwd: root,
    input: JSON.stringify(files),
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`The licences cannot be named: ${stderr}`);
  }
  return JSON.parse(stdout);
}

/**
 * The text for the package: each part with where it is from, and each text once.
 * @param {Part[]} parts
 */
export function thirdPartyText(parts) {
  /** @type {Map<string, Part[]>} */
  const byText = new Map();
  for (const part of parts) {
    for (const file of part.files) {
      const text = readFileSync(file, 'utf8').replace(/\r\n/g, '\n').trim();
      byText.set(text, [...(byText.get(text) ?? []), part]);
    }
  }
  const list = parts.map(
    ({ kind, name, version, from, licences }) => `${kind} ${name} ${version}\n    ${licences.join(', ')}; ${from}`
  );
  const texts = [...byText].map(
    ([text, holders]) =>
      `${'='.repeat(78)}\n${[...new Set(holders.map(({ name }) => name))].join('\n')}\n${'-'.repeat(78)}\n\n${text}\n`
  );
  return `Unjam contains the following parts of others. Their sources are unchanged.\n\n${list.join('\n')}\n\n${texts.join('\n')}`;
}

/**
 * @param {string} program
 * @param {string[]} programArguments
 */
async function succeed(program, programArguments) {
  const ended = await run(program, programArguments);
  if (ended.code !== 0) {
    throw new Error(`${program} ${programArguments.join(' ').slice(0, 200)} failed:\n${ended.output}`);
  }
  return ended;
}
