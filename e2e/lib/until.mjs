// @ts-check

/** How often something is looked at again: often beside a poll of seconds, seldom beside a request of ms. */
const LOOK_EVERY_MS = 500;

/**
 * Waits until a look gives something.
 * @template T
 * @param {string} what for the error
 * @param {number} boundMs
 * @param {() => Promise<T | undefined | false>} look
 * @param {() => Promise<string>} [say] what was seen at last
 * @param {number} [everyMs] the pause between two looks
 * @returns {Promise<T>}
 */
export async function until(what, boundMs, look, say, everyMs = LOOK_EVERY_MS) {
  const end = Date.now() + boundMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`Not so after ${boundMs / 1000} s: ${what}.${say ? ` Seen at last: ${await say()}` : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
