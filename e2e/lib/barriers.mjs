// @ts-check
/** Looks for barriers with axe. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe calls by these words keeps somebody out. */
const IMPACTS = ['serious', 'critical'];

/**
 * Barriers that axe calls serious or critical, below one element.
 * @param {import('playwright-core').Page} page
 * @param {string} [selector] the whole page unless it is named
 * @returns {Promise<string[]>}
 */
export async function barriers(page, selector = 'html') {
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
    .filter((/** @type {any} */ { impact }) => IMPACTS.includes(impact))
    .map((/** @type {any} */ { id, impact, nodes }) => `${impact} ${id}: ${nodes.join(' | ')}`);
}
