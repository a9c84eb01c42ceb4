// @ts-check
/** Reads what levitate prints with --markdown. */

/**
 * What we use and the other version does not have.
 * @param {string} report
 * @returns {string[]} with the place of use
 */
export function removedNames(report) {
  return [...plain(report).matchAll(/^\d+\) Removed (`[^`]+` used in `[^`]+`)/gm)].map((match) => match[1] ?? '');
}

/**
 * The packages that were really compared: levitate passes over one that it cannot find.
 * @param {string} report
 * @returns {string[]}
 */
export function compared(report) {
  const parts = plain(report).split(/^🔬 Checking compatibility between .* and /m);
  return parts
    .slice(1)
    .filter((part) => part.includes('Successfully compared versions'))
    .map((part) => /^(@?[^@\s]+)@/.exec(part)?.[1] ?? '');
}

/** @param {string} text */
function plain(text) {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
