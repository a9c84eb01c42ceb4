// @ts-check
/** What a browser must load of each plugin, compressed as servers do. What Grafana itself brings does not count. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** A thousand bytes. */
const KB = 1000;

/**
 * @typedef {object} Limit
 * @property {string} what
 * @property {number} most in bytes, compressed
 * @property {string} folder below dist
 * @property {RegExp} files those that count together
 */

/**
 * Every dashboard loads the data source, and each with its panel; the app is loaded by those who open a page of it.
 * @type {Limit[]}
 */
const LIMITS = [
  { what: 'the app with all its pages', most: 120 * KB, folder: '.', files: /^(?!datasource-).*\.js$/ },
  { what: 'the data source', most: 25 * KB, folder: 'datasource', files: /^module\.js$/ },
  { what: "the data source's editors", most: 25 * KB, folder: '.', files: /^datasource-.*\.js$/ },
  { what: 'the panel of stuck jobs', most: 40 * KB, folder: 'panels/stuck-jobs', files: /\.js$/ },
  { what: 'the panel of event delivery', most: 40 * KB, folder: 'panels/delivery', files: /\.js$/ },
];

/**
 * What each part weighs.
 * @param {string} dist
 * @returns {{ what: string, bytes: number, most: number }[]}
 */
export function weights(dist) {
  return LIMITS.map(({ what, most, folder, files }) => {
    const place = path.join(dist, folder);
    const names = existsSync(place) ? readdirSync(place).filter((name) => files.test(name)) : [];
    const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(path.join(place, name))).length, 0);
    return { what, bytes, most };
  });
}

/**
 * @param {string} dist
 * @returns {string[]} what weighs too much, or is not there
 */
export function weightFaults(dist) {
  return weights(dist).flatMap(({ what, bytes, most }) => {
    if (bytes === 0) {
      return [`dist has no files of ${what}`];
    }
    return bytes > most
      ? [`${what} weighs ${(bytes / KB).toFixed(1)} kB compressed; the limit is ${most / KB} kB`]
      : [];
  });
}
