// @ts-check
/** The platforms that a release has programs for, and what mage calls them. */

/**
 * @typedef {object} Platform
 * @property {string} os as Go names it
 * @property {string} arch as Go names it
 * @property {string[]} target of mage
 */

/** @type {Platform[]} */
export const PLATFORMS = [
  { os: 'linux', arch: 'amd64', target: ['build:linux'] },
  { os: 'linux', arch: 'arm64', target: ['build:linuxARM64'] },
  { os: 'darwin', arch: 'amd64', target: ['build:darwin'] },
  { os: 'darwin', arch: 'arm64', target: ['build:darwinARM64'] },
  { os: 'windows', arch: 'amd64', target: ['build:windows'] },
  // The SDK has no name for it.
  { os: 'windows', arch: 'arm64', target: ['build:custom', 'windows', 'arm64'] },
];

/**
 * The platforms of a list such as "linux/amd64,darwin/arm64"; all of them without one.
 * @param {string | undefined} list
 * @returns {Platform[]}
 * @throws {Error} where one is not known
 */
export function chosenPlatforms(list) {
  if (list === undefined) {
    return PLATFORMS;
  }
  return list.split(',').map((name) => {
    const found = PLATFORMS.find((platform) => platformName(platform) === name.trim());
    if (!found) {
      throw new Error(`No such platform: ${name}. There are: ${PLATFORMS.map(platformName).join(', ')}.`);
    }
    return found;
  });
}

/** @param {Platform} platform */
export function platformName({ os, arch }) {
  return `${os}/${arch}`;
}

/**
 * The file of a platform's program, as the SDK's build names it.
 * @param {string} executable of plugin.json
 * @param {Platform} platform
 */
export function programName(executable, { os, arch }) {
  return `${executable}_${os}_${arch}${os === 'windows' ? '.exe' : ''}`;
}
