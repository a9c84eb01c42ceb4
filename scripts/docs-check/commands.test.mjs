// @ts-check
/** Every command of the docs is known, and what it names is there. live.test.mjs runs those that can be run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../lib/children.mjs';
import { steps } from '../lib/steps.mjs';
import { COMMANDS } from './commands.mjs';
import { LIVE } from './live-names.mjs';
import { commandsOf, parsePage, readPages } from './pages.mjs';

/** @type {{ version: string, scripts: Record<string, string> }} */
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const pages = readPages();
const found = pages.flatMap((page) =>
  page.blocks.flatMap((block) => commandsOf(block).map((command) => ({ at: `${page.path}:${block.line}`, command })))
);
/** Programs by which one knows that a line is a command. */
const PROGRAMS = /^\s*(\$ )?(npm|npx|node|go|docker|curl|sudo|git|systemctl|cp|unzip) [a-z./-]/m;

describe('a command of the docs', () => {
  test('is in the table', () => {
    assert.deepEqual(
      found.filter(({ command }) => !COMMANDS.has(command)).map(({ at, command }) => `${at}: ${command}`),
      []
    );
  });

  test('stands in a block that says so', () => {
    const hidden = pages.flatMap(({ blocks }) =>
      blocks.filter(({ language, text }) => ['', 'text'].includes(language) && PROGRAMS.test(text))
    );
    assert.deepEqual(
      hidden.map(({ page, line }) => `${page}:${line}`),
      []
    );
    const nameless = pages.flatMap(({ blocks }) => blocks.filter(({ language }) => language === ''));
    assert.deepEqual(
      nameless.map(({ page, line }) => `${page}:${line}: say which language it is; "text" for none`),
      []
    );
  });

  test('is a line that bash takes', () => {
    for (const { command } of found) {
      execFileSync('bash', ['-n', '-c', command]);
    }
  });

  test('names scripts, steps and versions that are there', () => {
    assert.deepEqual(
      found.flatMap(({ at, command }) => faults(command).map((fault) => `${at}: ${fault}`)),
      []
    );
  });

  test('in a sentence names scripts, steps and files that are there', () => {
    const wrong = pages.flatMap((page) =>
      page.spans
        .filter(({ text }) => /^(npm (run|test)|node [\w./-]+\.\w|go (run|test)) ?/.test(text))
        .flatMap(({ line, text }) => faults(text).map((fault) => `${page.path}:${line}: ${fault}`))
    );
    assert.deepEqual(wrong, []);
  });
});

describe('the table of commands', () => {
  test('has no row that no page has', () => {
    const inDocs = new Set(found.map(({ command }) => command));
    assert.deepEqual(
      [...COMMANDS.keys()].filter((command) => !inDocs.has(command)),
      []
    );
  });

  for (const [command, way] of COMMANDS) {
    if ('step' in way) {
      test(`the step ${way.step} runs: ${command}`, () => {
        const step = steps.find(({ name }) => name === way.step);
        assert.ok(step, `there is no step ${way.step}`);
        assert.ok(step.run.toString().includes(way.by), `the step does not run ${way.by}`);
        const says = [command, ...scriptsOf(command).map((name) => manifest.scripts[name])].join(' ');
        assert.ok(says.includes(way.by), `${command} does not run ${way.by}`);
      });
    } else if ('live' in way) {
      test(`is run: ${command}`, () => {
        assert.ok(LIVE.includes(way.live), `live.test.mjs has no test ${way.live}`);
      });
    } else if (way.flags) {
      const { flags } = way;
      test(`its flags are known: ${command}`, () => {
        const source = sourceOf(flags);
        for (const [, flag = ''] of command.matchAll(/ --?([a-z][a-z.-]+)/g)) {
          const ofGo = ['race', 'v', 'run'].includes(flag) && command.startsWith('go test');
          assert.ok(ofGo || source.includes(flag), `${flags} does not know --${flag}`);
        }
      });
    }
  }
});

test('a page is read as it is meant', () => {
  const page = parsePage(
    'x.md',
    '# A `b` c\n\n1. Do:\n\n   ```sh\n   one --two \\\n     three   # why\n   # nothing\n   say "a # b"\n   ```\n\n```console\n$ four\nprinted\n```\n'
  );
  assert.deepEqual(page.blocks.flatMap(commandsOf), ['one --two three', 'say "a # b"', 'four']);
  assert.deepEqual([...page.anchors], ['a-b-c']);
  assert.throws(() => parsePage('x.md', '```sh\nnever ends\n'), /has no end/);
});

/**
 * What a command names and is not there.
 * @param {string} command
 * @returns {string[]}
 */
function faults(command) {
  const scripts = scriptsOf(command).filter((name) => !manifest.scripts[name]);
  const only = / --(?:only|skip) (\S+)/.exec(command);
  const named = command.startsWith('npm test') && only?.[1] ? only[1].split(',') : [];
  const missing = named.filter((name) => !steps.some((step) => step.name === name));
  const files = [...command.matchAll(/(?:^|\s)((?:docs|scripts|provisioning|engines|e2e|simulator|truth)\/[\w./-]+)/g)]
    .map((match) => match[1] ?? '')
    .filter((file) => !existsSync(path.join(root, file)));
  const zip = /unjam-jobs-app-(\d[\w.-]*)\.zip/.exec(command);
  return [
    ...scripts.map((name) => `package.json has no script ${name}`),
    ...missing.map((name) => `npm test has no step ${name}`),
    ...files.map((file) => `there is no ${file}`),
    ...(zip && zip[1] !== manifest.version ? [`the zip is of ${zip[1]}, and the version is ${manifest.version}`] : []),
  ];
}

/** @param {string} command */
function scriptsOf(command) {
  const words = [...command.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
  // One script may run another.
  return words.flatMap((name) => [
    name,
    ...[...(manifest.scripts[name] ?? '').matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? ''),
  ]);
}

/**
 * A file's text, or those of a folder.
 * @param {string} name
 * @returns {string}
 */
function sourceOf(name) {
  const place = path.join(root, name);
  return statSync(place).isDirectory()
    ? readdirSync(place)
        .map((inside) => path.join(place, inside))
        .filter((file) => statSync(file).isFile())
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n')
    : readFileSync(place, 'utf8');
}
