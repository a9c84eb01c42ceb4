// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSteps } from '../lib/page-steps.mjs';

const COORDINATOR = 'Unjam: SeaTunnel';
const SETUP = '/a/unjam-jobs-app/setup';
const THEMES = /** @type {const} */ (['dark', 'light']);
const EXAMPLE = new URL('../../provisioning/examples/notification-policy.yaml', import.meta.url);
/** The address in what the Setup page gives to be copied. */
const EXAMPLE_PAGER = 'http://pager.example/unjam';

/**
 * From a Grafana without rules and contact points to one in which somebody is woken, step by step as the Setup page says.
 * @param {import('../lib/night-stage.mjs').NightStage} stage
 */
export function setUp(stage) {
  test('set up: before, the rules are missing, and nobody is told', async () => {
    for (const theme of THEMES) {
      const guest = await stage.guest('ada', theme);
      await guest.visit(SETUP);
      const steps = await readSteps(guest.page, COORDINATOR);
      assert.deepEqual(stateOf(steps), {
        'The coordinator answers': 'Done',
        'The back door of Grafana is closed': 'Done',
        'Records are kept': 'Done',
        'Alert rules': 'To do',
        'Alerts reach somebody': 'To do',
        'Who may act': 'Done',
        'A second person': 'Done',
        'When a job counts as stuck': 'Done',
      });
      assert.match(steps['Alert rules']?.text ?? '', /Of 10 rules, 0 were found/);
      assert.match(steps['Alerts reach somebody']?.text ?? '', /"empty", which tells nobody/);
      await guest.look('setup-before', undefined, cardOf(guest.page));
      await guest.leave();
    }
  });

  test('set up: the shipped rules and the example of a policy are loaded; its mute timing is said, and is no green tick', async () => {
    stage.shipRules();
    stage.provisionNotifications(readFileSync(EXAMPLE, 'utf8'));
    await stage.reload();
    for (const theme of THEMES) {
      const guest = await stage.guest('ada', theme);
      await guest.visit(SETUP);
      const steps = await readSteps(guest.page, COORDINATOR);
      assert.equal(steps['Alert rules']?.state, 'Done');
      const { state, text } = steps['Alerts reach somebody'] ?? {};
      assert.equal(state, 'To do');
      assert.match(text ?? '', /"unjam-mail", which has only the address of an example/);
      assert.match(text ?? '', /"unjam-on-call" \(webhook\)/);
      assert.match(text ?? '', /\d rules are muted by "unjam-maintenance" at its times/);
      await guest.look('setup-muted', undefined, cardOf(guest.page));
      await guest.leave();
    }
  });

  test('set up: with what the page gives to be copied, every step is done', async () => {
    const guest = await stage.guest('ada', 'dark');
    await guest.visit(SETUP);
    await readSteps(guest.page, COORDINATOR);
    const step = cardOf(guest.page).getByRole('listitem', { name: 'Alerts reach somebody' });
    const copied = (await step.locator('pre').textContent()) ?? '';
    assert.ok(copied.includes(EXAMPLE_PAGER), copied);
    // A pager that answers, and no wait for more alerts of the group.
    stage.provisionNotifications(copied.replace(EXAMPLE_PAGER, stage.pager.url).replaceAll('45s', '1s'));
    await stage.reload();
    await guest.page.getByRole('button', { name: 'Check again' }).click();
    await step.getByText('Done', { exact: true }).waitFor();
    const steps = await readSteps(guest.page, COORDINATOR);
    assert.deepEqual(new Set(Object.values(stateOf(steps))), new Set(['Done']));
    assert.match(
      steps['Alerts reach somebody']?.text ?? '',
      /Alerts go to the contact point "unjam-on-call" \(webhook\)/
    );
    await guest.look('setup-done', undefined, cardOf(guest.page));
    await guest.leave();
  });

  test('set up: whoever may not change anything sees how far it is, too', async () => {
    const guest = await stage.guest('vera', 'light');
    await guest.visit(SETUP);
    const steps = await readSteps(guest.page, COORDINATOR);
    assert.equal(steps['Alert rules']?.state, 'Done');
    await guest.look('setup-viewer', undefined, cardOf(guest.page));
    await guest.leave();
  });
}

/** @param {import('playwright-core').Page} page */
function cardOf(page) {
  return page.getByRole('region', { name: COORDINATOR, exact: true });
}

/** @param {Awaited<ReturnType<typeof readSteps>>} steps */
function stateOf(steps) {
  return Object.fromEntries(Object.entries(steps).map(([title, { state }]) => [title, state]));
}
