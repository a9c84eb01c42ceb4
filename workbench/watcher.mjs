// @ts-check
/** Looks at a workbench's answers again and again, for what must always, or never, be there. */
import { rows } from './ask.mjs';
import { until } from '../e2e/lib/until.mjs';

/** Twice as often as the quickest poll. Milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * @typedef {object} Look
 * @property {number} at epoch ms
 * @property {Record<string, any>[]} jobs
 * @property {Record<string, any>[]} pairs
 */

export class Watcher {
  /** @type {Look[]} every look, oldest first */
  looks = [];
  #url;
  #stopped = false;
  /** @type {unknown} */
  #fault;
  #running;

  /** @param {string} url of the workbench */
  constructor(url) {
    this.#url = url;
    this.#running = this.#run();
  }

  /**
   * The first look, of those that were and those to come, that is as it should be.
   * @param {string} what for the error
   * @param {number} boundMs
   * @param {(look: Look) => unknown} isSo
   * @param {number} [since] epoch ms
   * @returns {Promise<Look>}
   */
  until(what, boundMs, isSo, since = 0) {
    return until(
      what,
      boundMs,
      async () => this.looks.find((look) => look.at >= since && isSo(look)),
      async () => JSON.stringify(this.looks.at(-1)),
      LOOK_EVERY_MS / 5
    );
  }

  /** Ends it; a fault of a look is thrown here. */
  async stop() {
    this.#stopped = true;
    await this.#running;
    if (this.#fault) {
      throw this.#fault;
    }
  }

  async #run() {
    while (!this.#stopped) {
      try {
        const look = await this.#look();
        if (look) {
          this.looks.push(look);
        }
      } catch (error) {
        this.#fault ??= error;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async #look() {
    try {
      const [jobs, pairs] = await Promise.all([
        rows(this.#url, { queryType: 'jobs' }),
        rows(this.#url, { queryType: 'delivery' }),
      ]);
      return { at: Date.now(), jobs, pairs };
    } catch (error) {
      // Before the first poll there is no answer; afterwards there always is one.
      if (this.looks.length === 0) {
        return undefined;
      }
      throw error;
    }
  }
}
