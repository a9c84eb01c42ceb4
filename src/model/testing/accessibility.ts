import axe from 'axe-core';

/**
 * The accessibility rules that a part of the page breaks, as "rule: element"; empty when it breaks none. Rules that need
 * real layout (colour contrast) or a whole page (landmarks) are left to the browser tests.
 */
export async function accessibilityProblems(element: Element): Promise<string[]> {
  const results = await axe.run(element, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
