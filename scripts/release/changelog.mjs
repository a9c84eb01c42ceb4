// @ts-check
/** Versions, tags and the sections of CHANGELOG.md. */
import semver from 'semver';

const HEADING = /^## (\S+)(?: \((.+)\))?$/;
const UNRELEASED = 'unreleased';
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * @typedef {object} Section
 * @property {string} version
 * @property {string | undefined} note what stands in parentheses: the day, or "unreleased"
 * @property {string} text
 */

/**
 * @param {string} changelog
 * @returns {Section[]} the newest first
 */
export function sections(changelog) {
  /** @type {Section[]} */
  const found = [];
  for (const line of changelog.split('\n')) {
    const heading = HEADING.exec(line);
    const last = found.at(-1);
    if (heading) {
      found.push({ version: heading[1] ?? '', note: heading[2], text: '' });
    } else if (last) {
      last.text += `${line}\n`;
    }
  }
  return found.map((section) => ({ ...section, text: section.text.trim() }));
}

/**
 * Why a tag must not be released.
 * @param {{ tag: string, version: string, changelog: string }} release `version` is that of package.json
 * @returns {string[]}
 */
export function tagFaults({ tag, version, changelog }) {
  if (!semver.valid(version) || semver.clean(version) !== version) {
    return [`package.json's version "${version}" is no semantic version`];
  }
  const faults = tag === `v${version}` ? [] : [`the tag is ${tag}, and package.json's version asks for v${version}`];
  const all = sections(changelog);
  const section = all.find((one) => one.version === version);
  if (!section) {
    return [...faults, `CHANGELOG.md has no section "## ${version}"`];
  }
  if (section.text === '') {
    faults.push(`CHANGELOG.md: the section ${version} is empty`);
  }
  if (section.note?.toLowerCase() === UNRELEASED || !DAY.test(section.note ?? '')) {
    faults.push(`CHANGELOG.md: the section must be "## ${version} (YYYY-MM-DD)", with the day of the release`);
  }
  const newer = all.filter((one) => semver.valid(one.version) && semver.gt(one.version, version));
  return [...faults, ...newer.map((one) => `CHANGELOG.md has a newer section, ${one.version}`)];
}
