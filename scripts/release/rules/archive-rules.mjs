// @ts-check
/** What the catalogue asks of the archive: its layout, programs, maps and texts. */
import { FILE_MODE, PROGRAM_MODE } from '../archive.mjs';
import { THIRD_PARTY } from '../layout.mjs';
import { beside, MAIN, textOf } from './package.mjs';

const VALIDATOR = 'grafana/plugin-validator, pkg/analysis/passes';
const PROGRAM = /_(linux|darwin|windows|freebsd)_\w+(\.exe)?$/;
/** The first bytes of a program: ELF, Mach-O of 64 bits, Windows. */
const MAGIC = { linux: '7f454c46', darwin: 'cffaedfe', windows: '4d5a' };
/** ELF's e_machine. */
const MACHINE_OFFSET = 18;
const MACHINE = { amd64: 62, arm64: 183 };
const LEFT_BY_DEBUGGING = /(^|\/)(standalone|pid)\.txt$/;

/** @type {import('./package.mjs').Rule[]} */
export const ARCHIVE_RULES = [
  {
    name: 'one-folder',
    severity: 'error',
    source: `${VALIDATOR}/archive, archivename`,
    check: ({ tops, plugins }) => {
      const id = plugins.find(({ file }) => file === MAIN)?.json?.id;
      return tops.length === 1 && tops[0] === id
        ? []
        : [`the archive must hold one folder, named as the plugin: ${tops.join(', ') || 'it is empty'}`];
    },
  },
  {
    name: 'no-dist',
    severity: 'error',
    source: `${VALIDATOR}/archive`,
    check: ({ files }) =>
      [...files.keys()].some((name) => name.startsWith('dist/')) ? ['it holds a folder dist'] : [],
  },
  {
    name: 'main-plugin-json',
    severity: 'error',
    source: `${VALIDATOR}/metadata, nestedmetadata`,
    check: ({ files, plugins }) => [
      ...(files.has(MAIN) ? [] : [`${MAIN} is not there`]),
      ...plugins.filter(({ json }) => json === undefined).map(({ file }) => `${file} is no JSON`),
    ],
  },
  {
    name: 'module-js',
    severity: 'error',
    source: `${VALIDATOR}/modulejs`,
    check: ({ files, plugins }) =>
      plugins
        .map((plugin) => beside(plugin, 'module.js'))
        .filter((name) => !files.has(name))
        .map((name) => `${name} is not there`),
  },
  {
    name: 'source-maps',
    severity: 'error',
    source: `${VALIDATOR}/jssourcemap`,
    check: ({ files }) =>
      [...files.keys()].filter((name) => name.endsWith('.js')).flatMap((name) => faultsOfMap(files, name)),
  },
  {
    name: 'linux-amd64',
    severity: 'error',
    source: `${VALIDATOR}/backendbinary`,
    check: ({ files, plugins }) =>
      plugins.flatMap((plugin) => {
        const { executable } = plugin.json ?? {};
        const name = beside(plugin, `${executable}_linux_amd64`);
        const bytes = files.get(name)?.bytes;
        if (executable === undefined) {
          return [];
        }
        if (!bytes) {
          return [`${name} is not there`];
        }
        const isElf = bytes.subarray(0, 4).toString('hex') === MAGIC.linux;
        return isElf && bytes.readUInt16LE(MACHINE_OFFSET) === MACHINE.amd64 ? [] : [`${name} is no program for it`];
      }),
  },
  {
    name: 'program-kinds',
    severity: 'error',
    source: 'a program named for a platform must be for it, or Grafana there says only that it cannot start it',
    check: ({ files }) =>
      programs(files).flatMap(([name, { bytes }]) => {
        const system = /** @type {keyof typeof MAGIC} */ (PROGRAM.exec(name)?.[1]);
        const magic = MAGIC[system];
        return magic !== undefined && !bytes.toString('hex', 0, magic.length / 2).startsWith(magic)
          ? [`${name} is no program for ${system}`]
          : [];
      }),
  },
  {
    name: 'modes',
    severity: 'error',
    source: `${VALIDATOR}/binarypermissions`,
    check: ({ files }) => {
      const names = new Set(programs(files).map(([name]) => name));
      return [...files].flatMap(([name, { mode }]) => {
        const wanted = names.has(name) ? PROGRAM_MODE : FILE_MODE;
        return mode === wanted ? [] : [`${name} has mode ${mode.toString(8)}, not ${wanted.toString(8)}`];
      });
    },
  },
  {
    name: 'go-manifest',
    severity: 'error',
    source: `${VALIDATOR}/gomanifest`,
    check: ({ files }) => {
      const lines = textOf(files, 'go_plugin_build_manifest').split('\n').filter(Boolean);
      const bad = lines.find((line) => !/^[0-9a-f]{64}:[^:]+\.go$/.test(line));
      return lines.length === 0
        ? ['go_plugin_build_manifest is not there, or empty']
        : bad
          ? [`go_plugin_build_manifest: "${bad}" is no hash and file`]
          : [];
    },
  },
  {
    name: 'no-debug-files',
    severity: 'error',
    source: `${VALIDATOR}/backenddebug`,
    check: ({ files }) =>
      [...files.keys()].filter((name) => LEFT_BY_DEBUGGING.test(name)).map((name) => `${name} is left by a debugger`),
  },
  {
    name: 'safe-svg',
    severity: 'error',
    source: `${VALIDATOR}/unsafesvg`,
    check: ({ files }) =>
      [...files.keys()]
        .filter((name) => name.endsWith('.svg'))
        .filter((name) =>
          /<(script|foreignObject|iframe|image|use|style|a)\b|\son\w+\s*=|javascript:|<!ENTITY/i.test(
            textOf(files, name)
          )
        )
        .map((name) => `${name} may run code or load something`),
  },
  {
    name: 'pictures',
    severity: 'error',
    source: 'the catalogue shows screenshots: a file that is no PNG is a broken picture',
    check: ({ files }) =>
      [...files]
        .filter(([name, { bytes }]) => name.endsWith('.png') && bytes.toString('latin1', 1, 4) !== 'PNG')
        .map(([name]) => `${name} is no PNG`),
  },
  {
    name: 'licence',
    severity: 'error',
    source: `${VALIDATOR}/license`,
    check: ({ files }) => {
      const text = textOf(files, 'LICENSE');
      return [
        ...(/Apache License\s+Version 2\.0, January 2004/.test(text) ? [] : ['LICENSE is not Apache-2.0']),
        ...(/\{yyyy\}|\{name of copyright owner\}/.test(text) ? ['LICENSE still has the blanks of its template'] : []),
      ];
    },
  },
  {
    name: 'third-party-licences',
    severity: 'error',
    source: 'the licences of what is built in: most demand that their text goes with the program',
    check: ({ files }) => (textOf(files, THIRD_PARTY).length > 0 ? [] : [`${THIRD_PARTY} is not there, or empty`]),
  },
  {
    name: 'no-tracking',
    severity: 'error',
    source: `${VALIDATOR}/trackingscripts`,
    check: ({ files }) =>
      [...files.keys()].flatMap((name) =>
        name.endsWith('.js') &&
        /https?:\/\/[^\s"'`]*(google-analytics|googletagmanager|segment\.(io|com)|mixpanel|hotjar|sentry\.io|amplitude\.com|doubleclick)/.test(
          textOf(files, name)
        )
          ? [`${name} speaks to a tracker`]
          : []
      ),
  },
  {
    name: 'no-machine-paths',
    severity: 'error',
    source: 'paths of the machine that built a program are of no use to others, and differ from one to the next',
    check: ({ files }) =>
      programs(files).flatMap(([name, { bytes }]) =>
        ['/go/pkg/mod/', '\\go\\pkg\\mod\\'].some((text) => bytes.includes(text))
          ? [`${name} has paths of the machine that built it`]
          : []
      ),
  },
];

/** @param {Map<string, import('./package.mjs').Entry>} files */
function programs(files) {
  return [...files].filter(([name]) => PROGRAM.test(name));
}

/**
 * @param {Map<string, import('./package.mjs').Entry>} files
 * @param {string} name of a script
 * @returns {string[]}
 */
function faultsOfMap(files, name) {
  if (!files.has(`${name}.map`)) {
    return [`${name}.map is not there`];
  }
  try {
    const { sources, sourcesContent } = JSON.parse(textOf(files, `${name}.map`));
    return Array.isArray(sources) && Array.isArray(sourcesContent) && sources.length === sourcesContent.length
      ? []
      : [`${name}.map does not hold its sources`];
  } catch {
    return [`${name}.map is no JSON`];
  }
}
