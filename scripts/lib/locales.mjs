// @ts-check
/** The files in src/locales, made from the code and from what translators wrote; and what each plugin ships of them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './children.mjs';
import { englishTexts, flat, nested, textsInCode, textsToTranslate, translationFaults } from './texts.mjs';

const FILE = 'unjam-jobs-app.json';
const ENGLISH = 'en-US';
/** Written by people, and completed from the code: Chinese has one form for all numbers. */
const TRANSLATED = ['zh-Hans'];
export const LANGUAGES = [ENGLISH, ...TRANSLATED];

/** @param {string} language */
const fileOf = (language) => `src/locales/${language}/${FILE}`;

/** The files as they should be: English from the code; a translation without what the code has not any more. */
export function localeFiles() {
  const code = textsInCode();
  const wanted = textsToTranslate(code);
  /** @type {Record<string, string>} */
  const files = { [fileOf(ENGLISH)]: written(englishTexts(code)) };
  for (const language of TRANSLATED) {
    const known = translated(language);
    files[fileOf(language)] = written(new Map([...wanted.keys()].flatMap((key) => pairs(key, known))));
  }
  return files;
}

/** @returns {string[]} what is wrong with the texts and their translations */
export function textFaults() {
  const code = textsInCode();
  const wanted = textsToTranslate(code);
  const faults = [...code.faults];
  const english = fileOf(ENGLISH);
  if (!existsSync(path.join(root, english)) || read(english) !== written(englishTexts(code))) {
    faults.push(`${english} does not say what the code says: run "npm run generate"`);
  }
  for (const language of TRANSLATED) {
    faults.push(...translationFaults(language, wanted, translated(language)));
  }
  return faults;
}

/**
 * What a plugin ships in a language: only the texts that its own files show.
 * @param {string} language
 * @param {RegExp} files the plugin's files, from src on
 * @returns {string}
 */
export function shippedTexts(language, files) {
  if (language === ENGLISH) {
    // The code has the English texts. The file must be there, or Grafana warns in the console of each user.
    return '{}';
  }
  const code = textsInCode();
  const wanted = textsToTranslate({
    ...code,
    texts: new Map([...code.texts].filter(([, text]) => [...text.files].some((file) => files.test(file)))),
  });
  const known = translated(language);
  return JSON.stringify(nested(new Map([...wanted.keys()].flatMap((key) => pairs(key, known)))));
}

/**
 * @param {string} key
 * @param {Map<string, string>} texts
 * @returns {[string, string][]}
 */
function pairs(key, texts) {
  const text = texts.get(key);
  return text ? [[key, text]] : [];
}

/**
 * A language's texts, by key.
 * @param {string} language
 * @returns {Map<string, string>}
 */
function translated(language) {
  return flat(JSON.parse(read(fileOf(language))));
}

/** @param {string} file */
function read(file) {
  return readFileSync(path.join(root, file), 'utf8');
}

/** @param {Map<string, string>} texts */
function written(texts) {
  return `${JSON.stringify(nested(texts), undefined, 2)}\n`;
}
