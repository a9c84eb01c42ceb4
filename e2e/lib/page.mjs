// @ts-check
/** What the journey does in a browser: sign in, move by keyboard, look for barriers, take pictures. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 */

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const artifacts = path.join(folder, 'artifacts');
const docs = path.join(folder, '..', 'docs', 'img');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Given on the command line, pictures also go to docs/img. */
const SAVE_FLAG = '--save-docs-screenshots';
/** Grafana's own navigation has some 60 stops before the panels. */
const MOST_TABS = 200;

/**
 * Signs in, so that the pages of a context are those of a person.
 * @param {BrowserContext} context
 * @param {string} url of Grafana
 * @param {import('./people.mjs').Person} person
 */
export async function signIn(context, url, person) {
  const answer = await context.request.post(`${url}/login`, {
    data: { user: person.login, password: person.password },
  });
  if (!answer.ok()) {
    throw new Error(`${person.login} cannot sign in: ${answer.status()} ${await answer.text()}`);
  }
}

/**
 * Presses Tab until the focus is on an element with this role and name.
 * @param {Page} page
 * @param {'button' | 'textbox' | 'checkbox'} role
 * @param {RegExp} name
 * @param {{ checked?: boolean }} [state]
 */
export async function tabTo(page, role, name, state = {}) {
  const wanted = page.getByRole(role, { name, ...state });
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await wanted.evaluateAll((elements) => elements.some((element) => element === document.activeElement))) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`The ${role} ${name} is not reached by the Tab key.`);
}

/**
 * Barriers that axe calls serious or critical, below one element.
 * @param {Page} page
 * @param {string} selector
 * @returns {Promise<string[]>}
 */
export async function barriers(page, selector) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async (within) => {
    const { axe } = /** @type {any} */ (window);
    const result = await axe.run(within, { resultTypes: ['violations'] });
    return result.violations.map((/** @type {any} */ violation) => ({
      id: violation.id,
      impact: violation.impact,
      nodes: violation.nodes.map((/** @type {any} */ node) => `${node.html} ${node.failureSummary}`),
    }));
  }, selector);
  return violations
    .filter((/** @type {any} */ { impact }) => impact === 'serious' || impact === 'critical')
    .map((/** @type {any} */ { id, impact, nodes }) => `${impact} ${id}: ${nodes.join(' | ')}`);
}

/**
 * Takes a picture into e2e/artifacts.
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  mkdirSync(artifacts, { recursive: true });
  const file = path.join(artifacts, `${name}.png`);
  await page.screenshot({ path: file });
  if (process.argv.includes(SAVE_FLAG)) {
    mkdirSync(docs, { recursive: true });
    copyFileSync(file, path.join(docs, `${name}.png`));
  }
}
