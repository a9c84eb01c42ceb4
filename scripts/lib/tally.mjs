// @ts-check
/** Counts what passed, failed and was skipped, and prints it. */

/**
 * @typedef {{ what: string, why: string }} Skip
 * @typedef {{ passed: number, failed: number, skipped: Skip[], output: string, note?: string }} Result
 *   `output` is printed whole where something failed; `note` is a word on what passed
 */

export class Tally {
  passed = 0;
  failed = 0;
  /** @type {Skip[]} */
  #skips = [];

  /**
   * @param {string} step
   * @param {Result} result
   * @param {number} seconds
   */
  add(step, result, seconds) {
    this.passed += result.passed;
    this.failed += result.failed;
    this.#skips.push(...result.skipped);
    const word = result.failed > 0 ? 'FAILED' : result.passed > 0 ? 'ok' : 'skipped';
    const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : '';
    const failed = result.failed > 0 ? `, ${result.failed} failed` : '';
    const note = result.note ? `; ${result.note}` : '';
    console.log(
      `${word.padEnd(8)}${step} (${seconds.toFixed(1)} s): ${result.passed} passed${failed}${skipped}${note}`
    );
    if (result.failed > 0) {
      console.log(`${result.output.trimEnd()}\n---- end of ${step}`);
    }
  }

  /**
   * @param {string} what
   * @param {string} why
   */
  skip(what, why) {
    this.#skips.push({ what, why });
  }

  print() {
    for (const { what, why } of this.#skips) {
      console.log(`skipped: ${oneLine(what)}: ${oneLine(why)}`);
    }
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.#skips.length} skipped`);
  }
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}
