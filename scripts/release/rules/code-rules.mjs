// @ts-check
/**
 * What the catalogue asks of the sources, which it reads beside the package: TypeScript by source-rules.mjs, Go by gorules,
 * and whether the package was made from these sources.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../lib/children.mjs';
import { textOf } from './package.mjs';
import { checkSource, shippedSources } from './source-rules.mjs';

const VALIDATOR = 'grafana/plugin-validator, pkg/analysis/passes';
/** The catalogue reads all of it, what is only there for tests too, unless a file is called …_test.go. */
const GO_FOLDER = 'pkg';
const PROGRAM = './pkg';
const SDK = 'github.com/grafana/grafana-plugin-sdk-go';
/** A part of a source map that was made of a file of ours. */
const OUR_SOURCE = /^webpack:\/\/[^/]+\/\.\/(?!.*node_modules)([^?]+\.tsx?)$/;

/**
 * @typedef {object} CodeRule
 * @property {string} name
 * @property {import('./package.mjs').Severity} severity
 * @property {string} source
 * @property {(root: string, pack: import('./package.mjs').Package) => Promise<string[]>} check `root` of the repository
 */

/** @type {CodeRule[]} */
export const CODE_RULES = [
  {
    name: 'typescript',
    severity: 'error',
    source: `${VALIDATOR}/coderules (source-rules.mjs has the rules)`,
    check: async (root) =>
      shippedSources(root).flatMap(({ name, text }) =>
        checkSource(name, text).map(({ rule, fault }) => `${fault} (${rule})`)
      ),
  },
  {
    name: 'go',
    severity: 'error',
    source: `${VALIDATOR}/coderules (gorules has the rules)`,
    check: async (root) => (await goFaults(root)).filter(({ isShipped }) => isShipped).map(({ fault }) => fault),
  },
  {
    name: 'go-for-tests',
    severity: 'advice',
    source: `${VALIDATOR}/coderules: it reads all of ${GO_FOLDER}/, what no program holds, too`,
    check: async (root) => (await goFaults(root)).filter(({ isShipped }) => !isShipped).map(({ fault }) => fault),
  },
  {
    name: 'same-version',
    severity: 'error',
    source: `${VALIDATOR}/packagejson`,
    check: async (root, { plugins }) => {
      const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
      return plugins
        .filter(({ json }) => json?.info?.version !== version)
        .map(({ file, json }) => `${file} is of version ${json?.info?.version}, package.json of ${version}`);
    },
  },
  {
    name: 'same-go-sources',
    severity: 'error',
    source: `${VALIDATOR}/gomanifest`,
    check: async (root, { files }) =>
      textOf(files, 'go_plugin_build_manifest')
        .split('\n')
        .filter(Boolean)
        .flatMap((line) => {
          const [hash, name = ''] = line.split(':');
          const file = path.join(root, name);
          return existsSync(file) && hashOf(file) === hash ? [] : [`${name} is not what the program was built from`];
        }),
  },
  {
    name: 'same-typescript-sources',
    severity: 'error',
    source: `${VALIDATOR}/jssourcemap`,
    check: async (root, { files }) =>
      [...files.keys()]
        .filter((name) => name.endsWith('.js.map'))
        .flatMap((name) => {
          /** @type {{ sources: string[], sourcesContent: string[] }} */
          const map = JSON.parse(textOf(files, name));
          return map.sources.flatMap((source, index) => {
            const ours = OUR_SOURCE.exec(source)?.[1];
            const file = path.join(root, 'src', ours ?? '');
            const isSame =
              !ours || (existsSync(file) && contains(map.sourcesContent[index], readFileSync(file, 'utf8')));
            return isSame ? [] : [`src/${ours} is not what ${name} was built from`];
          });
        }),
  },
  {
    name: 'sdk',
    severity: 'error',
    source: `${VALIDATOR}/sdkusage, buildtools`,
    check: async (root) => [
      ...(new RegExp(`^\\s*${SDK} v`, 'm').test(read(root, 'go.mod')) ? [] : [`go.mod does not ask for ${SDK}`]),
      ...(new RegExp(`^(replace )?\\s*${SDK} .*=>`, 'm').test(read(root, 'go.mod')) ? [`go.mod replaces ${SDK}`] : []),
      ...(read(root, 'Magefile.go').includes('grafana-plugin-sdk-go/build') ? [] : ["Magefile.go is not the SDK's"]),
      ...(read(root, '.config/webpack/webpack.config.ts').includes('@grafana/create-plugin')
        ? []
        : ["webpack's configuration is not create-plugin's"]),
    ],
  },
];

/**
 * What gorules finds, and whether the program has it.
 * @param {string} root
 * @returns {Promise<{ fault: string, isShipped: boolean }[]>}
 */
async function goFaults(root) {
  const found = await run('go', ['run', './scripts/release/gorules', GO_FOLDER], { cwd: root });
  const listed = await run('go', ['list', '-deps', '-f', '{{if not .Standard}}{{.Dir}}{{end}}', PROGRAM], {
    cwd: root,
  });
  if (found.code !== 0 || listed.code !== 0) {
    return [{ fault: `the Go sources cannot be read: ${found.output}${listed.output}`, isShipped: true }];
  }
  const folders = new Set(listed.stdout.split('\n').map((folder) => path.relative(root, folder)));
  /** @type {{ rule: string, fault: string }[]} */
  const faults = JSON.parse(found.stdout);
  return faults.map(({ rule, fault }) => ({
    fault: `${fault} (${rule})`,
    isShipped: folders.has(path.dirname(fault.slice(0, fault.indexOf(':')))),
  }));
}

/**
 * The scaffold's loader puts an import above each module.tsx.
 * @param {string | undefined} built
 * @param {string} source
 */
function contains(built, source) {
  return built !== undefined && built.includes(source.trim());
}

/** @param {string} file */
function hashOf(file) {
  return createHash('sha256').update(readFileSync(file, 'utf8').replace(/\r\n/g, '\n')).digest('hex');
}

/**
 * @param {string} root
 * @param {string} name
 */
function read(root, name) {
  const file = path.join(root, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
