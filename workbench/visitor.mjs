// @ts-check
/** Somebody who uses the workbench in Chromium: goes to a page as a person, looks at it, and notes what breaks. */
import assert from 'node:assert/strict';
import { findBrowser, startBrowser } from '../e2e/browser.mjs';
import { barriers } from '../e2e/lib/barriers.mjs';
import { picture } from '../e2e/lib/pictures.mjs';
import { buildWorkbench } from '../scripts/demo/build.mjs';
import { buildBackend } from './backend.mjs';

const browserFound = findBrowser();

/** For `describe`: why a browser test is skipped here; false where there is a browser. */
export const skip = browserFound.path === null ? browserFound.reason : false;

/** A busy machine builds, starts and draws slowly, and a force stop is allowed after 30 s. Milliseconds. */
export const PATIENCE_MS = 60_000;

/** The people, as the switch at the top of the page names them. */
export const ADA = 'ada (Admin)';
export const EDDIE = 'eddie (Editor)';
export const VERA = 'vera (Viewer)';

/** @typedef {'dark' | 'light'} Theme */

/** @type {readonly Theme[]} */
const THEMES = ['dark', 'light'];

/** Builds what a browser test needs, and starts a Chromium. */
export async function openBrowser() {
  await buildWorkbench();
  await buildBackend();
  return startBrowser(browserFound.path ?? '');
}

/**
 * @typedef {object} Habits
 * @property {number} [width] of the window, in pixels
 * @property {number} [height]
 * @property {readonly Theme[]} [themes] in which each thing is looked at; the first one is that of every visit
 * @property {string} [prefix] before the names of pictures
 * @property {'reduce' | 'no-preference'} [motion] what the system says of animations
 */

export class Visitor {
  /** @type {string[]} errors that no code of the page caught */
  faults = [];
  /** @type {readonly Theme[]} */
  #themes;
  #prefix;

  /**
   * A person with a browser window and cookies of his own.
   * @param {import('playwright-core').Browser} browser
   * @param {Habits} [habits]
   */
  static async arrive(browser, { width = 1280, height = 900, motion = 'reduce', ...rest } = {}) {
    const context = await browser.newContext({
      viewport: { width, height },
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: motion,
    });
    return new Visitor(await context.newPage(), rest);
  }

  /**
   * @param {import('playwright-core').Page} page
   * @param {Pick<Habits, 'themes' | 'prefix'>} habits
   */
  constructor(page, { themes = THEMES, prefix = '' }) {
    this.page = page;
    this.#themes = themes;
    this.#prefix = prefix;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.faults.push(error.stack ?? error.message));
  }

  /** Closes the window. */
  leave() {
    return this.page.context().close();
  }

  /**
   * Goes to a page, in the visitor's theme and signed in.
   * @param {{ url: string }} rig
   * @param {string} path of the workbench
   * @param {string} [who] as the switch names him
   */
  async visit(rig, path, who = ADA) {
    await this.page.goto(rig.url + path);
    await this.#choose(this.#themes[0] ?? 'dark');
    const person = this.page.getByRole('radio', { name: who });
    if (!(await person.isChecked())) {
      await Promise.all([this.page.waitForEvent('load'), person.click()]);
    }
  }

  /** Waits until the server has said what the person may do. */
  async actionsKnown() {
    await this.page
      .getByRole('button', { name: /Asking the server/ })
      .first()
      .waitFor({ state: 'detached' });
  }

  /**
   * Takes a picture of what is on the screen, and looks for barriers; in each of the visitor's themes.
   * @param {string} name
   * @param {string} [within] for axe: a selector
   * @param {import('playwright-core').Locator} [part] of which the picture is, and not of the window
   */
  async look(name, within, part) {
    for (const theme of this.#themes) {
      await this.#choose(theme);
      await picture(this.page, `workbench/${this.#prefix}${name}-${theme}`, part);
      assert.deepEqual(await barriers(this.page, within), [], `barriers: ${name}, ${theme}`);
    }
    await this.#choose(this.#themes[0] ?? 'dark');
  }

  /**
   * Also where a dialog hides the switch from pointers and roles.
   * @param {Theme} theme
   */
  async #choose(theme) {
    const choice = this.page.locator('[role=radiogroup][aria-label=Theme] input').nth(theme === 'dark' ? 0 : 1);
    await choice.evaluate((one) => /** @type {HTMLElement} */ (one).click());
  }
}
