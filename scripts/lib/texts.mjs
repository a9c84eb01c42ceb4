// @ts-check
/**
 * The texts of the browser part: what the code says in English, and what src/locales says in other languages. Every text
 * is a call of `t` of src/i18n/text.ts with a key and an English text that stand there as they are.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './children.mjs';

/**
 * @typedef {object} Text one key
 * @property {Record<string, string>} english by suffix: '' for a text without a number, '_one' and '_other' for one with
 * @property {Set<string>} files where it is used, from src on
 * @typedef {object} Code
 * @property {Map<string, Text>} texts by key
 * @property {string[]} faults
 */

/** Where English stands that is no call of `t`: catalogues that Go has, too. */
const CATALOGUES = [
  { file: 'model/metrics.json', key: (/** @type {any} */ { name }) => `model.metrics.${name}` },
  {
    file: 'model/eventKinds.json',
    key: (/** @type {any} */ { kind }) => `model.event-kinds.${kind.replaceAll(' ', '-')}`,
  },
];
const CATALOGUE_READERS = ['model/metrics.ts', 'model/eventKinds.ts'];
const PLURALS = ['_one', '_other'];

/**
 * Reads all that the code says.
 * @param {string} [folder] of the source
 * @returns {Code}
 */
export function textsInCode(folder = path.join(root, 'src')) {
  /** @type {Code} */
  const code = { texts: new Map(), faults: [] };
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$|\.gen\.ts$|(^|\/)testing\//.test(name))
    .sort();
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    if (file.startsWith('i18n/') || !/from '[./]*i18n\/text'/.test(text)) {
      if (!file.startsWith('i18n/') && /from '@grafana\/i18n'/.test(text)) {
        code.faults.push(`src/${file}: import t from src/i18n/text, which leaves names as they are`);
      }
      continue;
    }
    readFile(file, text, code);
  }
  for (const { file, key } of CATALOGUES) {
    if (files.includes(file.replace('.json', '.ts'))) {
      for (const entry of JSON.parse(readFileSync(path.join(folder, file), 'utf8'))) {
        add(code, key(entry), { '': entry.help }, file);
      }
    }
  }
  const keys = new Set(code.texts.keys());
  for (const key of keys) {
    for (let at = key.lastIndexOf('.'); at > 0; at = key.lastIndexOf('.', at - 1)) {
      if (keys.has(key.slice(0, at))) {
        code.faults.push(`${key}: ${key.slice(0, at)} is a text, and cannot be a group of texts`);
      }
    }
  }
  return code;
}

/**
 * @param {string} file
 * @param {string} text
 * @param {Code} code
 */
function readFile(file, text, code) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 't') {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      readCall(node, file, `src/${file}:${line + 1}`, code);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/**
 * @param {ts.CallExpression} call
 * @param {string} file
 * @param {string} place
 * @param {Code} code
 */
function readCall({ arguments: [keyNode, englishNode, valuesNode] }, file, place, code) {
  const [key, english] = [literal(keyNode), literal(englishNode)];
  if (key === undefined || english === undefined) {
    if (!CATALOGUE_READERS.includes(file)) {
      code.faults.push(`${place}: the key and the English text must stand there as they are`);
    }
    return;
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/.test(key)) {
    code.faults.push(`${place}: a key is written like actions.plan.expires-in, not ${key}`);
    return;
  }
  const values = valuesOf(valuesNode);
  const forms = Object.fromEntries(
    PLURALS.map((suffix) => [suffix, literal(values.nodes.get(`defaultValue${suffix}`))])
  );
  const hasCount = values.nodes.has('count');
  if (hasCount && PLURALS.some((suffix) => forms[suffix] === undefined)) {
    code.faults.push(`${place}: ${key} has a count, and must have defaultValue_one and defaultValue_other`);
    return;
  }
  /** @type {Record<string, string>} */
  const texts = hasCount ? { _one: forms._one ?? '', _other: forms._other ?? '' } : { '': english };
  for (const text of Object.values(texts)) {
    const absent = values.isWhole ? placeholders(text).filter((name) => !values.nodes.has(name)) : [];
    if (absent.length > 0 || text === '') {
      code.faults.push(`${place}: ${key} ${text === '' ? 'is empty' : `gets no value for ${absent.join(', ')}`}`);
    }
  }
  add(code, key, texts, file, place);
}

/**
 * @param {Code} code
 * @param {string} key
 * @param {Record<string, string>} english
 * @param {string} file
 * @param {string} [place]
 */
function add({ texts, faults }, key, english, file, place = `src/${file}`) {
  const known = texts.get(key);
  if (!known) {
    texts.set(key, { english, files: new Set([file]) });
  } else if (JSON.stringify(known.english) !== JSON.stringify(english)) {
    faults.push(`${place}: ${key} says something else in ${[...known.files].join(', ')}`);
  } else {
    known.files.add(file);
  }
}

/**
 * A text that stands in the code; undefined for one that is put together when the code runs.
 * @param {ts.Node | undefined} node
 * @returns {string | undefined}
 */
function literal(node) {
  if (node && ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (node && ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [literal(node.left), literal(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

/**
 * The values that a call gives, by name; whole where no other can be among them.
 * @param {ts.Node | undefined} node
 */
function valuesOf(node) {
  /** @type {Map<string, ts.Node>} */
  const nodes = new Map();
  let isWhole = node === undefined;
  if (node && ts.isObjectLiteralExpression(node)) {
    isWhole = !node.properties.some(ts.isSpreadAssignment);
    for (const property of node.properties) {
      if (property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))) {
        nodes.set(property.name.text, ts.isPropertyAssignment(property) ? property.initializer : property);
      }
    }
  }
  return { nodes, isWhole };
}

/** @param {string} text */
export function placeholders(text) {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name ?? ''))].sort();
}

/**
 * What the English file says.
 * @param {Code} code
 * @returns {Map<string, string>}
 */
export function englishTexts({ texts }) {
  return flatOf(texts, ({ english }) => Object.entries(english));
}

/**
 * What a language with one form for all numbers must say: the English text for each of its keys.
 * @param {Code} code
 * @returns {Map<string, string>}
 */
export function textsToTranslate({ texts }) {
  return flatOf(texts, ({ english }) =>
    '_other' in english ? [['_other', english._other ?? '']] : [['', english[''] ?? '']]
  );
}

/**
 * @param {Map<string, Text>} texts
 * @param {(text: Text) => [suffix: string, text: string][]} forms
 */
function flatOf(texts, forms) {
  /** @type {Map<string, string>} */
  const flat = new Map();
  for (const key of [...texts.keys()].sort()) {
    const text = texts.get(key);
    for (const [suffix, english] of text ? forms(text) : []) {
      flat.set(`${key}${suffix}`, english);
    }
  }
  return flat;
}

/**
 * What is wrong with a translation.
 * @param {string} language
 * @param {Map<string, string>} wanted textsToTranslate
 * @param {Map<string, string>} translated
 * @returns {string[]}
 */
export function translationFaults(language, wanted, translated) {
  const faults = [];
  for (const [key, english] of wanted) {
    const text = translated.get(key);
    if (!text) {
      faults.push(`${language} has no ${key}: ${JSON.stringify(english)}`);
    } else if (placeholders(text).join() !== placeholders(english).join()) {
      faults.push(`${language}: ${key} must have the values ${placeholders(english).join(', ') || 'of none'}: ${text}`);
    }
  }
  for (const key of translated.keys()) {
    if (!wanted.has(key)) {
      faults.push(`${language} has ${key}, which the code has not`);
    }
  }
  return faults;
}

/**
 * A language file's groups as a map by whole keys.
 * @param {unknown} groups
 * @param {string} [before]
 * @returns {Map<string, string>}
 */
export function flat(groups, before = '') {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const [name, value] of Object.entries(groups ?? {})) {
    const key = `${before}${name}`;
    if (typeof value === 'string') {
      texts.set(key, value);
    } else {
      flat(value, `${key}.`).forEach((text, inner) => texts.set(inner, text));
    }
  }
  return texts;
}

/**
 * Texts by whole keys as a language file has them.
 * @param {Map<string, string>} texts
 * @returns {Record<string, any>}
 */
export function nested(texts) {
  /** @type {Record<string, any>} */
  const groups = {};
  for (const [key, text] of texts) {
    const names = key.split('.');
    const last = names.pop() ?? '';
    let group = groups;
    for (const name of names) {
      group = group[name] ??= {};
    }
    group[last] = text;
  }
  return groups;
}
