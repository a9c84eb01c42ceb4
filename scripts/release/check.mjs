// @ts-check
/** Checks a package against the catalogue's rules. */
import { statSync } from 'node:fs';
import { root } from '../lib/children.mjs';
import { readArchive } from './archive.mjs';
import { ARCHIVE_RULES } from './rules/archive-rules.mjs';
import { CODE_RULES } from './rules/code-rules.mjs';
import { METADATA_RULES } from './rules/metadata-rules.mjs';
import { packageOf } from './rules/package.mjs';

/** The catalogue's limit for an upload is not published; a package of all platforms is 80 MB. */
const MOST_BYTES = 150_000_000;

/**
 * @typedef {object} Finding
 * @property {string} rule
 * @property {import('./rules/package.mjs').Severity} severity
 * @property {string} fault
 *
 * @typedef {object} Report
 * @property {number} rules how many were applied
 * @property {Finding[]} findings
 * @property {import('./rules/package.mjs').Package} pack
 */

/**
 * @param {string} file
 * @returns {Promise<Report>}
 */
export async function checkPackage(file) {
  const pack = packageOf(await readArchive(file));
  const findings = checkContents(pack);
  for (const { name, severity, check } of CODE_RULES) {
    findings.push(...(await check(root, pack)).map((fault) => ({ rule: name, severity, fault })));
  }
  const { size } = statSync(file);
  if (size > MOST_BYTES) {
    findings.push({ rule: 'size', severity: 'error', fault: `${file} has ${size} bytes, more than ${MOST_BYTES}` });
  }
  return { rules: ARCHIVE_RULES.length + METADATA_RULES.length + CODE_RULES.length + 1, findings, pack };
}

/**
 * What a package must not have.
 * @param {Finding[]} findings
 */
export function faultsIn(findings) {
  return findings.filter(({ severity }) => severity !== 'advice');
}

/**
 * The rules that need nothing but the package.
 * @param {import('./rules/package.mjs').Package} pack
 * @returns {Finding[]}
 */
export function checkContents(pack) {
  return [...ARCHIVE_RULES, ...METADATA_RULES].flatMap(({ name, severity, check }) =>
    check(pack).map((fault) => ({ rule: name, severity, fault }))
  );
}
