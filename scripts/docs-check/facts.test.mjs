// @ts-check
/** What the docs say of the plugin is so in its sources: keys, defaults, ranges, sentences, dashboards, ids. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../lib/children.mjs';
import { boundedNumbers, jsonKeys, secretKeys } from './settings.mjs';

const read = (/** @type {string} */ name) => readFileSync(path.join(root, name), 'utf8');
const policy = rowsOf(read('docs/policy.md'));
const provisioning = rowsOf(read('docs/provisioning.md'));
/** Found below this length everywhere: such a piece of a sentence proves nothing. */
const LEAST_PIECE = 6;
/** As far as the pieces of one sentence stand apart in a source. */
const LONGEST_GAP = 400;

describe('the references', () => {
  test('name every key of the policies', () => {
    const keys = jsonKeys().filter((key) => /^(actions|detection)\.|^stuckAfterSeconds$/.test(key));
    assert.ok(keys.length > 20);
    assert.deepEqual(
      keys.filter((key) => !policy.has(key)),
      []
    );
  });

  test('name every other key of jsonData, and every secret', () => {
    const keys = [...jsonKeys(), ...secretKeys()].filter((key) => !policy.has(key));
    const groups = new Set(jsonKeys().flatMap((key) => (key.includes('.') ? [key.split('.')[0]] : [])));
    // It must stay empty, and stands among those that must.
    const page = read('docs/provisioning.md');
    assert.ok(page.includes('`jsonData.oauthPassThru`'));
    assert.deepEqual(
      keys.filter((key) => key !== 'oauthPassThru' && !groups.has(key) && !provisioning.has(key)),
      []
    );
  });

  test('name no key that nobody reads', () => {
    const known = new Set([...jsonKeys(), ...secretKeys()]);
    const named = [...policy.keys(), ...provisioning.keys()].filter((key) => /^(\w+\.)+\w|Seconds$|Url/.test(key));
    assert.deepEqual(
      named.filter((key) => !known.has(key)),
      []
    );
  });

  test('have the defaults and ranges of the sources', () => {
    const numbers = boundedNumbers();
    assert.ok(numbers.size > 12);
    for (const [key, { normal, least, most }] of numbers) {
      const row = policy.get(key) ?? provisioning.get(key);
      assert.ok(row, key);
      assert.equal(row[2], String(normal), key);
      assert.match(
        row[3] ?? '',
        new RegExp(`^${least} to ${Number.isNaN(most) ? '`pollDeadlineSeconds`' : most}$`),
        key
      );
    }
  });
});

describe('a sentence of troubleshooting', () => {
  const sources = ['pkg', 'src'].flatMap((folder) => sourcesOf(folder));
  for (const sentence of sentencesOf(read('docs/troubleshooting.md'))) {
    test(`is said: ${sentence}`, () => {
      const pieces = sentence
        .split('…')
        .map((piece) => piece.replace(/^[\s.:]+|[\s.:]+$/g, ''))
        .filter((piece) => piece.length >= LEAST_PIECE);
      assert.ok(pieces.length > 0, 'it is too short to be looked for');
      assert.ok(sources.some((text) => says(text, pieces)));
    });
  }

  test('that nobody says is found', () => {
    assert.equal(says('it is not so', ['it was']), false);
    assert.equal(says(`one ${' '.repeat(LONGEST_GAP)} two`, ['one', 'two']), false);
    assert.equal(says('job %s could not be read, so nothing', ['job', 'could not be read']), true);
  });
});

test('every dashboard that comes with the app is in the list', () => {
  const { includes } = JSON.parse(read('src/plugin.json'));
  const shipped = includes.filter((/** @type {any} */ one) => one.type === 'dashboard');
  const rows = [...read('docs/dashboards.md').matchAll(/^\| (.+?) +\| `src\/(.+?)` /gm)];
  assert.deepEqual(
    rows.map(([, name, file]) => `${file}: ${name}`).sort(),
    shipped.map((/** @type {any} */ one) => `${one.path}: ${one.name}`).sort()
  );
});

test('whoever names the unsigned plugins names all of them', () => {
  const ids = ['src/plugin.json', ...nestedPlugins()].map((file) => JSON.parse(read(file)).id).sort();
  for (const page of ['README.md', 'docs/getting-started.md', 'docs/unsigned-plugins.md', 'docs/provisioning.md']) {
    const named = [...read(page).matchAll(/unsigned_plugins ?= ?(\S+)/gi)].map((match) =>
      (match[1] ?? '').split(',').sort()
    );
    assert.ok(named.length > 0, page);
    for (const one of named) {
      assert.deepEqual(one, ids, page);
    }
  }
});

/**
 * The rows of a page's tables by what stands as code at their beginning.
 * @param {string} text
 * @returns {Map<string, string[]>}
 */
function rowsOf(text) {
  const cells = text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(1, -1).split('|'))
    .map((row) => row.map((cell) => cell.trim()));
  return new Map(cells.map((row) => [(row[0] ?? '').replaceAll('`', ''), row]));
}

/**
 * What stands as code in the first column: the sentences.
 * @param {string} text
 * @returns {string[]}
 */
function sentencesOf(text) {
  const first = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ')[0] ?? '');
  const quoted = first.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
  return quoted.filter((one) => one.includes(' '));
}

/**
 * The texts of a folder's sources, with what is escaped in strings as it is shown, and line breaks as spaces.
 * @param {string} folder
 */
function sourcesOf(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(go|ts|tsx)$/.test(name) && !/[._]test\.|testing\//.test(name))
    .map((name) => read(path.join(folder, name)).replaceAll('\\"', '"').replace(/\s+/g, ' '));
}

/**
 * Whether the pieces stand in a text, one after the other and close together.
 * @param {string} text
 * @param {string[]} pieces
 */
function says(text, pieces) {
  const [first = '', ...rest] = pieces;
  for (let begin = text.indexOf(first); begin >= 0; begin = text.indexOf(first, begin + 1)) {
    let end = begin + first.length;
    const isAll = rest.every((piece) => {
      const found = text.indexOf(piece, end);
      const isNear = found >= 0 && found - end < LONGEST_GAP;
      end = found + piece.length;
      return isNear;
    });
    if (isAll) {
      return true;
    }
  }
  return false;
}

function nestedPlugins() {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\/plugin\.json$/.test(name))
    .map((name) => path.join('src', name));
}
