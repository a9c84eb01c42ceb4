// @ts-check
/** What the checks found, line by line, and the sum at the end. */

export class Report {
  passed = 0;
  failed = 0;
  notOffered = 0;
  #write;

  /** @param {(line: string) => void} write */
  constructor(write) {
    this.#write = write;
  }

  /**
   * One check: it passes where there is no fault.
   * @param {string} what
   * @param {string[]} faults sentences without a full stop
   * @returns {boolean} whether it passed
   */
  check(what, faults) {
    if (faults.length === 0) {
      this.passed++;
      this.#write(`ok           ${what}`);
      return true;
    }
    this.failed++;
    this.#write(`FAILED       ${what}`);
    for (const fault of faults) {
      this.#write(`             - ${fault}.`);
    }
    return false;
  }

  /**
   * What the implementation does not offer, and what Unjam does without it.
   * @param {string} what
   */
  lacks(what) {
    this.notOffered++;
    this.#write(`not offered  ${what}`);
  }

  /**
   * What could not be looked at, and why. It counts as nothing.
   * @param {string} why
   */
  notChecked(why) {
    this.#write(`not checked  ${why}`);
  }

  /**
   * What is allowed and maybe not meant. It counts as nothing.
   * @param {string} what
   */
  hint(what) {
    this.#write(`hint         ${what}`);
  }

  /** Writes the last line, and gives the exit code: 0 only when nothing failed. */
  end() {
    const checks = this.passed === 1 ? 'check' : 'checks';
    this.#write(`${this.passed} ${checks} passed, ${this.failed} failed, ${this.notOffered} not offered`);
    return this.failed === 0 ? 0 : 1;
  }
}
