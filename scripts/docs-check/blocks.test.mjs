// @ts-check
/** Blocks of YAML, JSON, ini and diagrams are what they say, with keys that somebody reads. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { has } from '../lib/children.mjs';
import { readPages } from './pages.mjs';
import { jsonKeys, queryTypes, secretKeys } from './settings.mjs';

/** @typedef {import('./pages.mjs').Block} Block */

const blocks = readPages().flatMap((page) => page.blocks);
/** @param {string} language */
const inLanguage = (language) => blocks.filter((block) => block.language === language);
/** @param {Block} block */
const at = (block) => `${block.page}:${block.line}`;

/** What Grafana reads of a provisioned data source. */
const DATA_SOURCE = ['name', 'uid', 'type', 'access', 'orgId', 'editable', 'jsonData', 'secureJsonData'];
/** Keys at the top of a block, by what reads it. Ours are looked at more closely. */
const TOPS = {
  'provisioning of Grafana': ['apiVersion', 'datasources', 'apps', 'providers'],
  Prometheus: ['scrape_configs', 'groups'],
  'the JMX exporter': ['lowercaseOutputName', 'includeObjectNames', 'rules'],
  'Docker Compose': ['services', 'volumes'],
  'the data source': ['jsonData', 'messaging', 'actions', 'detection', 'cloverdx'],
};
/** Sections of grafana.ini that are not in Grafana's own defaults, and their keys. */
const OUR_SECTION = 'plugin.unjam-coordinator-datasource';
const OUR_KEYS = ['store', 'tracing'];
const GRAFANA_DEFAULTS = '/usr/share/grafana/conf/defaults.ini';

describe('a block of yaml', () => {
  for (const block of inLanguage('yaml')) {
    test(`has keys that somebody reads: ${at(block)}`, () => {
      const content = parse(block.text);
      assert.equal(typeof content, 'object');
      const tops = Object.keys(content);
      assert.ok(
        Object.values(TOPS).some((known) => tops.every((top) => known.includes(top))),
        `nobody reads all of ${tops.join(', ')}`
      );
      assert.deepEqual(faultsOf(content), []);
    });
  }

  test('with a key that nobody reads is found', () => {
    assert.deepEqual(faultsOf({ jsonData: { actions: { enable: true } } }), ['jsonData.actions.enable']);
    assert.deepEqual(faultsOf({ messaging: { nodes: [{ name: 'a', uri: 'b' }] } }), ['jsonData.messaging.nodes[].uri']);
    const source = { type: 'unjam-coordinator-datasource', url: 'http://a', secureJsonData: { pass: 'x' } };
    assert.deepEqual(faultsOf({ datasources: [source] }), ['url', 'secureJsonData.pass']);
  });
});

describe('a block of json', () => {
  for (const block of inLanguage('json')) {
    test(`can be parsed, and asks what there is: ${at(block)}`, () => {
      const content = JSON.parse(block.text);
      const asked = [content, ...(content.annotations?.list ?? []).map((/** @type {any} */ one) => one.target)];
      for (const { queryType } of asked) {
        assert.ok(queryType === undefined || queryTypes().includes(queryType), queryType);
      }
    });
  }
});

test('a block of ini has sections and keys that Grafana, or we, read', () => {
  const defaults = existsSync(GRAFANA_DEFAULTS) ? readIni(readFileSync(GRAFANA_DEFAULTS, 'utf8')) : undefined;
  for (const block of inLanguage('ini')) {
    for (const [section, keys] of readIni(block.text)) {
      for (const key of keys) {
        const isOurs = section === OUR_SECTION && OUR_KEYS.includes(key);
        const isGrafanas = section !== OUR_SECTION && (defaults === undefined || defaults.get(section)?.has(key));
        assert.ok(isOurs || isGrafanas, `${at(block)}: [${section}] ${key}`);
      }
    }
  }
});

describe('a diagram', () => {
  for (const block of inLanguage('mermaid')) {
    test(`is a sequence that GitHub can draw: ${at(block)}`, () => {
      assert.deepEqual(sequenceFaults(block.text), []);
    });
  }

  test('that names nobody, or whose loop has no end, is found', () => {
    assert.equal(sequenceFaults('sequenceDiagram\n  participant A\n  A->>B: x').length, 1);
    assert.equal(sequenceFaults('sequenceDiagram\n  participant A\n  loop x\n  A->>A: y').length, 1);
    assert.equal(sequenceFaults('sequenceDiagram\n  participant A\n  A->>A: a; b').length, 1);
    assert.equal(sequenceFaults('flowchart LR\n').length, 1);
  });
});

test('a program in Python compiles', (context) => {
  if (!has('python3')) {
    context.skip('python3 is not installed');
    return;
  }
  for (const block of inLanguage('python')) {
    execFileSync('python3', ['-c', 'import sys; compile(sys.stdin.read(), "docs", "exec")'], { input: block.text });
  }
});

test('no block is in a language that nothing looks at', () => {
  const looked = ['sh', 'bash', 'console', 'yaml', 'json', 'ini', 'mermaid', 'python', 'text'];
  // These are for servers that are not here: what they are for was tried, as their pages say.
  const tried = ['docs/cloverdx.md properties', 'docs/cloverdx.md xml', 'docs/several-grafanas.md sql'];
  assert.deepEqual(
    blocks.filter(({ page, language }) => !looked.includes(language) && !tried.includes(`${page} ${language}`)).map(at),
    []
  );
});

/**
 * Keys of a block that the data source does not read.
 * @param {any} content
 * @returns {string[]}
 */
function faultsOf(content) {
  const ours = (content.datasources ?? []).filter(
    (/** @type {any} */ one) => one.type === 'unjam-coordinator-datasource'
  );
  const asData = ['messaging', 'actions', 'detection', 'cloverdx'].filter((key) => key in content);
  const data = [
    ...ours.map((/** @type {any} */ one) => one.jsonData),
    content.jsonData,
    asData.length > 0 ? Object.fromEntries(asData.map((key) => [key, content[key]])) : undefined,
  ];
  const known = new Set(jsonKeys());
  return [
    ...ours.flatMap((/** @type {object} */ one) => Object.keys(one).filter((key) => !DATA_SOURCE.includes(key))),
    ...data.flatMap((one) => pathsOf(one ?? {})).flatMap((key) => (known.has(key) ? [] : [`jsonData.${key}`])),
    ...ours
      .flatMap((/** @type {any} */ one) => Object.keys(one.secureJsonData ?? {}))
      .filter((/** @type {string} */ key) => !secretKeys().includes(key))
      .map((/** @type {string} */ key) => `secureJsonData.${key}`),
  ];
}

/**
 * The keys of a map with all that is inside: `a`, `a.b`, `a.c[].d`.
 * @param {Record<string, unknown>} map
 * @param {string} before
 * @returns {string[]}
 */
function pathsOf(map, before = '') {
  return Object.entries(map).flatMap(([key, value]) => {
    const here = `${before}${key}`;
    if (Array.isArray(value)) {
      return [here, ...value.flatMap((one) => (isMap(one) ? pathsOf(one, `${here}[].`) : []))];
    }
    return isMap(value) ? [here, ...pathsOf(value, `${here}.`)] : [here];
  });
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {string} text
 * @returns {Map<string, Set<string>>} keys by section
 */
function readIni(text) {
  /** @type {Map<string, Set<string>>} */
  const sections = new Map();
  let section = '';
  for (const line of text.split('\n').map((one) => one.trim())) {
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    const key = /^([\w-]+)\s*=/.exec(line)?.[1];
    if (name !== undefined) {
      section = name;
    } else if (key !== undefined) {
      sections.set(section, (sections.get(section) ?? new Set()).add(key));
    } else {
      assert.ok(line === '' || /^[;#]/.test(line), `this is no line of an ini file: ${line}`);
    }
  }
  return sections;
}

/**
 * What would keep Mermaid from drawing a sequence diagram, as far as ours use its language.
 * @param {string} text
 * @returns {string[]}
 */
function sequenceFaults(text) {
  const [first, ...lines] = text.split('\n').map((line) => line.trim());
  if (first !== 'sequenceDiagram') {
    return [`it begins with ${first}`];
  }
  /** @type {Set<string>} */
  const actors = new Set();
  const faults = [];
  let depth = 0;
  for (const line of lines.filter((one) => one !== '')) {
    const actor = /^participant (\w+)( as .+)?$/.exec(line)?.[1];
    const message = /^(\w+)-{1,2}>>(\w+): [^;#]+$/.exec(line);
    if (actor) {
      actors.add(actor);
    } else if (/^(loop|opt|alt) .+$/.test(line)) {
      depth++;
    } else if (line === 'end') {
      depth--;
    } else if (!message || ![message[1] ?? '', message[2] ?? ''].every((name) => actors.has(name))) {
      faults.push(line);
    }
  }
  return depth === 0 ? faults : [...faults, 'a loop has no end'];
}
