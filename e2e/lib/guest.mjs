// @ts-check
/** Somebody who uses a Grafana in Chromium: signs in, goes to pages in one theme, looks at them, and notes what breaks. */
import assert from 'node:assert/strict';
import { barriers } from './barriers.mjs';
import { signIn } from './page.mjs';
import { picture } from './pictures.mjs';

/** A busy machine draws slowly. */
const PATIENCE_MS = 60_000;
/** What Grafana leaves to a page of an app; what is around it is not ours. */
const PAGE = '#pageContent';

/** @typedef {'dark' | 'light'} Theme */

export class Guest {
  /** @type {string[]} errors that no code of the page caught */
  faults = [];

  /**
   * @param {import('playwright-core').Browser} browser
   * @param {string} url of Grafana
   * @param {import('./people.mjs').Person} person
   * @param {Theme} theme
   */
  static async arrive(browser, url, person, theme) {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
    await signIn(context, url, person);
    return new Guest(await context.newPage(), url, theme);
  }

  /**
   * @param {import('playwright-core').Page} page
   * @param {string} url
   * @param {Theme} theme
   */
  constructor(page, url, theme) {
    this.page = page;
    this.url = url;
    this.theme = theme;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.faults.push(error.stack ?? error.message));
  }

  /**
   * The same person in a window that a link has opened.
   * @param {import('playwright-core').Page} page
   */
  in(page) {
    const guest = new Guest(page, this.url, this.theme);
    guest.faults = this.faults;
    return guest;
  }

  /** Closes the window. */
  leave() {
    return this.page.context().close();
  }

  /** @param {string} path with or without a query */
  async visit(path) {
    await this.page.goto(`${this.url}${path}${path.includes('?') ? '&' : '?'}theme=${this.theme}`);
  }

  /**
   * @param {string} name
   * @param {import('playwright-core').Locator} [part] of which the picture is, and not of the window
   */
  picture(name, part) {
    return picture(this.page, `grafana/${name}-${this.theme}`, part);
  }

  /**
   * Takes a picture of what is in the window, and looks for barriers in what is ours.
   * @param {string} name
   * @param {string} [within]
   * @param {import('playwright-core').Locator} [part]
   */
  look = async (name, within = PAGE, part) => {
    await this.picture(name, part);
    assert.deepEqual(await barriers(this.page, within), [], `barriers: ${name}, ${this.theme}`);
  };
}
