// @ts-check
/** Two ways to use a page: by mouse, and by keyboard alone. */

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {'button' | 'textbox' | 'checkbox'} Role
 * @typedef {object} Hand
 * @property {(role: Role, name: RegExp) => Promise<void>} press a button, or a box that is not ticked
 * @property {(name: RegExp, text: string) => Promise<void>} write into an empty field
 */

/** Grafana's own navigation has some 60 stops before the panels. */
const MOST_TABS = 200;

/**
 * @param {Page} page
 * @returns {Hand}
 */
export function mouse(page) {
  return {
    async press(role, name) {
      const wanted = page.getByRole(role, { name, ...open(role) }).first();
      // Grafana draws its own box over the real one.
      await wanted.click({ force: role === 'checkbox' });
    },
    write: (name, text) => page.getByRole('textbox', { name }).fill(text),
  };
}

/**
 * @param {Page} page
 * @returns {Hand}
 */
export function keyboard(page) {
  return {
    async press(role, name) {
      await tabTo(page, role, name);
      await page.keyboard.press(role === 'checkbox' ? 'Space' : 'Enter');
    },
    async write(name, text) {
      await tabTo(page, 'textbox', name);
      await page.keyboard.type(text);
    },
  };
}

/**
 * Presses Tab until the focus is on an element with this role and name.
 * @param {Page} page
 * @param {Role} role
 * @param {RegExp} name
 */
export async function tabTo(page, role, name) {
  const wanted = page.getByRole(role, { name, ...open(role) });
  await wanted.first().waitFor();
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await wanted.evaluateAll((elements) => elements.some((element) => element === document.activeElement))) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`The ${role} ${name} is not reached by the Tab key.`);
}

/**
 * What cannot be used is not looked for: a box that is ticked already, a button that is off.
 * @param {Role} role
 */
function open(role) {
  return role === 'checkbox' ? { checked: false } : { disabled: false };
}
