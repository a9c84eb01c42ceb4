// @ts-check
/**
 * The arrows between folders: dependency-cruiser keeps them in src, depguard in pkg. Each rule is also shown
 * to fail where it should, on a small project made for that.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, run } from './children.mjs';

/** Pinned: a check must not change because a checker did. */
const DEPGUARD = 'github.com/OpenPeeDeeP/depguard/v2/cmd/depguard@v2.3.0';
const MODULE = 'github.com/unjam/unjam-jobs-app';
const TS_RULES = '.dependency-cruiser.cjs';
const GO_RULES = '.depguard.yaml';

/** For each rule of TS_RULES an import that it must refuse. @type {[rule: string, from: string, to: string][]} */
const TS_VIOLATIONS = [
  ['i18n-alone', 'i18n', 'model'],
  ['model-alone', 'model', 'api'],
  ['alerting-to-model', 'alerting', 'api'],
  ['api-to-model', 'api', 'actions'],
  ['actions-to-api', 'actions', 'panels'],
  ['jobs-to-actions', 'jobs', 'app'],
  ['datasource-to-api', 'datasource', 'actions'],
  ['panels-to-actions', 'panels', 'app'],
  ['app-to-actions', 'app', 'panels'],
  ['links-to-jobs', 'links', 'panels'],
];

/**
 * For each list of GO_RULES an import that it must refuse: of a folder of ours, or of the standard library.
 * @type {[list: string, from: string, to: string][]}
 */
const GO_VIOLATIONS = [
  ['coordinator', 'pkg/coordinator', 'pkg/watch'],
  ['upstream', 'pkg/coordinator/upstream', 'pkg/coordinator/seatunnel'],
  ['seatunnel', 'pkg/coordinator/seatunnel', 'pkg/timeline'],
  ['generic', 'pkg/coordinator/generic', 'pkg/coordinator/jgroups'],
  ['jgroups', 'pkg/coordinator/jgroups', 'pkg/coordinator/cloverdx'],
  ['cloverdx', 'pkg/coordinator/cloverdx', 'pkg/delivery'],
  ['delivery', 'pkg/delivery', 'pkg/coordinator/jgroups'],
  ['forecast', 'pkg/forecast', 'pkg/delivery'],
  ['family', 'pkg/family', 'pkg/delivery'],
  ['diagnose', 'pkg/diagnose', 'pkg/watch'],
  ['timeline', 'pkg/timeline', 'pkg/watch'],
  ['watch', 'pkg/watch', 'pkg/coordinator/seatunnel'],
  ['action', 'pkg/action', 'pkg/store'],
  ['store', 'pkg/store', 'pkg/plugin'],
  ['health', 'pkg/health', 'pkg/action'],
  ['plugin', 'pkg/plugin', 'pkg/store'],
  ['databases', 'pkg/process', 'database/sql'],
];

/** @returns {Promise<string[]>} what breaks the rules in src */
export async function tsArrowsHold() {
  const { code, output } = await run('npx', ['--no-install', 'depcruise', '--config', TS_RULES, 'src']);
  return code === 0 ? [] : [output];
}

/** @returns {Promise<string[]>} the rules that let their violation pass */
export function tsArrowsSelfTest() {
  return inFolder(async (folder) => {
    copyFileSync(path.join(root, TS_RULES), path.join(folder, TS_RULES));
    writeFileSync(path.join(folder, 'tsconfig.json'), '{}');
    for (const [, from, to] of TS_VIOLATIONS) {
      write(folder, `src/${from}/from.ts`, `import { value } from '../${to}/to';\nexport const copy = value;\n`);
      write(folder, `src/${to}/to.ts`, 'export const value = 1;\n');
    }
    write(folder, 'src/circle/one.ts', "import { two } from './two';\nexport const one = () => two;\n");
    write(folder, 'src/circle/two.ts', "import { one } from './one';\nexport const two = () => one;\n");
    const depcruise = path.join(root, 'node_modules', '.bin', 'depcruise');
    const { output } = await run(depcruise, ['--config', TS_RULES, '--output-type', 'err', 'src'], { cwd: folder });
    const expected = [
      ...TS_VIOLATIONS.map(([rule, from, to]) => `${rule}: src/${from}/from.ts → src/${to}/to.ts`),
      'no-circle: src/circle/',
    ];
    return missing(expected, output, TS_RULES);
  });
}

/** @returns {Promise<string[]>} what breaks the rules in pkg */
export async function goArrowsHold() {
  // depguard reads its rules from the folder it is run in.
  const { code, output } = await run('go', ['run', DEPGUARD, './pkg/...']);
  return code === 0 && !output.includes('default configuration') ? [] : [output];
}

/** @returns {Promise<string[]>} the rules that let their violation pass */
export function goArrowsSelfTest() {
  return inFolder(async (folder) => {
    copyFileSync(path.join(root, GO_RULES), path.join(folder, GO_RULES));
    write(folder, 'go.mod', `module ${MODULE}\n\ngo 1.22\n`);
    for (const [, from, to] of GO_VIOLATIONS) {
      // Each in a copy of its package's folder: together, the imports would run in circles.
      if (isOurs(to)) {
        write(folder, `${to}/leaf/leaf.go`, 'package leaf\n');
      }
      write(folder, `${from}/from.go`, `package ${path.basename(from)}\n\nimport _ "${imported(to)}"\n`);
    }
    const { output } = await run('go', ['run', DEPGUARD, './...'], { cwd: folder });
    const expected = GO_VIOLATIONS.map(([list, , to]) => `import '${imported(to)}' is not allowed from list '${list}'`);
    return missing(expected, output, GO_RULES);
  });
}

/** @param {string} to */
const isOurs = (to) => to.startsWith('pkg/');

/** @param {string} to */
const imported = (to) => (isOurs(to) ? `${MODULE}/${to}/leaf` : to);

/**
 * @param {string[]} expected
 * @param {string} output
 * @param {string} rules
 */
function missing(expected, output, rules) {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, '');
  const absent = expected.filter((text) => !plain.includes(text));
  return absent.length === 0 ? [] : [`${rules} lets these imports pass:`, ...absent, 'It said:', plain];
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function inFolder(use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-arrows-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} text
 */
function write(folder, name, text) {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
