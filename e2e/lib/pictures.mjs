// @ts-check
/** Screenshots that a run takes; git does not keep them. Some are copied to the docs, see ../save-pictures.mjs. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PICTURES = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  'test-results',
  'screenshots'
);

/** Grafana fetches each icon when it is first drawn. */
const ICONS_MS = 300;

/**
 * Takes a picture of what is in the window, or of one part of it.
 * @param {import('playwright-core').Page} page
 * @param {string} name with its folder: "workbench/overview-dark"
 * @param {import('playwright-core').Locator} [part]
 */
export async function picture(page, name, part) {
  const file = path.join(PICTURES, `${name}.png`);
  mkdirSync(path.dirname(file), { recursive: true });
  await page.waitForTimeout(ICONS_MS);
  await (part ?? page).screenshot({ path: file, animations: 'disabled' });
}
