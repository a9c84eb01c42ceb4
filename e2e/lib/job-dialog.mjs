// @ts-check
/**
 * The rows of jobs and the one dialog, by the words that people see, for the journeys in the workbench and in Grafana:
 * what the dialog asks for is known here alone.
 */

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('./hands.mjs').Hand} Hand
 * @typedef {import('./unjam.mjs').Kind} Kind
 */

/** For axe: the dialog alone, since what is behind it is out of reach. */
export const DIALOG = '[role=dialog]';

/** Each guard that knows a time may ask for one more plan. */
const MOST_PLANS = 5;

const FOCUS_SETTLES_MS = 1_000;

/** What the buttons say; src/actions/texts.ts has the same words. */
const VERBS = { cancel: 'Cancel job', 'force-stop': 'Force stop job' };
/** What they say where abort is the only stop. */
export const ABORT = 'Abort job';

/**
 * The row of a job, in the panel or on the overview.
 * @param {Page} page
 * @param {string} job its name, or its id
 */
export function jobRow(page, job) {
  return page.getByRole('row', { name: literally(job) }).filter({ has: page.getByRole('rowheader') });
}

/**
 * The name of the button of a row, whether it can be used or not.
 * @param {Kind} kind
 * @param {string} job its name, or name and id
 * @param {string} [verb] the coordinator's own
 */
export function actButton(kind, job, verb = VERBS[kind]) {
  return new RegExp(`^${verb}… ${literally(job).source}`);
}

/** The dialog of one job, used by one hand. */
export class JobDialog {
  /**
   * @param {Page} page
   * @param {Hand} hand
   * @param {Kind} kind
   * @param {string} job its name, or name and id
   * @param {string} [verb] the coordinator's own
   */
  constructor(page, hand, kind, job, verb = VERBS[kind]) {
    this.page = page;
    this.hand = hand;
    this.kind = kind;
    this.job = job;
    this.verb = verb;
    this.box = page.getByRole('dialog');
    this.confirmButton = this.box.getByRole('button', { name: verb, exact: true });
  }

  /** Opens it from the job's row, and waits for the plan. */
  async open() {
    await this.hand.press('button', actButton(this.kind, this.job, this.verb));
    await this.box.getByText('What it will do').waitFor();
  }

  /**
   * What a guard says, where it has an objection.
   * @param {string} id
   */
  guard(id) {
    return this.box.getByRole('listitem').filter({ hasText: `(${id})` });
  }

  /**
   * Waits until a plan is allowed: where it is blocked until a time, a new one is made when the time has come.
   */
  async untilAllowed() {
    const entries = this.box.getByRole('textbox', { name: /^Phrase/ });
    const due = this.box.getByText('the time has come, make a new plan').first();
    for (let plans = 0; plans < MOST_PLANS; plans++) {
      await entries.or(due).first().waitFor();
      if (await entries.isVisible()) {
        return;
      }
      await this.hand.press('button', /^Make a new plan$/);
      await due.waitFor({ state: 'detached' });
    }
    throw new Error(`The dialog does not allow it after ${MOST_PLANS} plans: ${await this.box.innerText()}`);
  }

  /**
   * Gives what the plan asks for: every warning is acknowledged, phrase and reason are written.
   * @param {{ phrase: string, reason: string }} entries
   */
  async fill({ phrase, reason }) {
    for (let unread = await this.box.getByRole('checkbox').count(); unread > 0; unread--) {
      await this.hand.press('checkbox', /I have read this warning/);
    }
    await this.hand.write(/^Phrase/, phrase);
    await this.hand.write(/^Reason/, reason);
  }

  /** Confirms the plan. */
  confirm() {
    return this.hand.press('button', new RegExp(`^${this.verb}$`));
  }

  /**
   * Waits until the dialog says how the action ended.
   * @param {RegExp} headline its first words
   */
  ended(headline) {
    return this.box.getByText(headline).last().waitFor();
  }

  /**
   * Leaves it by one of its buttons.
   * @param {RegExp} [button]
   */
  async leave(button = /^Close$/) {
    await this.hand.press('button', button);
    await this.box.waitFor({ state: 'detached' });
  }

  /**
   * Presses Tab through the whole dialog and beyond its end, forwards and back.
   * @returns {Promise<string>} where the focus was when it was not in the dialog; empty when it always was
   */
  async strayFocus() {
    const stops = (await this.box.locator('a, button, input, textarea, summary, [tabindex]').count()) + 1;
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let stop = 0; stop < stops; stop++) {
        await this.page.keyboard.press(key);
        const stray = await this.box.evaluate(focusOutside, FOCUS_SETTLES_MS);
        if (stray) {
          return `${stray}, after ${key}`;
        }
      }
    }
    return '';
  }
}

/**
 * Runs in the page. At the dialog's ends a guard gets the focus and hands it on; that takes a moment.
 * @param {Element} box
 * @param {number} bound
 */
async function focusOutside(box, bound) {
  const end = performance.now() + bound;
  while (!box.contains(document.activeElement) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return box.contains(document.activeElement) ? '' : (document.activeElement?.outerHTML.slice(0, 200) ?? 'nowhere');
}

/**
 * A name as a pattern that means itself.
 * @param {string} text
 */
function literally(text) {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
