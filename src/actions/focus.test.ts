import { rememberFocus } from './focus';

describe('the focus that a dialog takes', () => {
  let table: HTMLElement;
  let button: HTMLElement;

  beforeEach(() => {
    document.body.innerHTML =
      '<main><table><tbody><tr><td><button>Cancel</button></td></tr></tbody></table><button id="other">Other</button></main>';
    table = find('table');
    button = find('table button');
    button.focus();
  });

  it('is given back to the control that had it', () => {
    const giveBack = rememberFocus();
    find('#other').focus();
    giveBack();
    expect(document.activeElement).toBe(button);
  });

  it('is given to what is left around a control that is gone, and that stays no control', () => {
    const giveBack = rememberFocus();
    find('tr').remove();
    giveBack();
    expect(document.activeElement).toBe(table);
    find('#other').focus();
    expect(table.hasAttribute('tabindex')).toBe(false);
  });

  it('stays where it is when all around the control is gone, or nothing had it', () => {
    const giveBack = rememberFocus();
    find('main').remove();
    giveBack();
    rememberFocus()();
    expect(document.activeElement).toBe(document.body);
  });

  function find(selector: string): HTMLElement {
    const found = document.querySelector<HTMLElement>(selector);
    if (!found) {
      throw new Error(`There is no ${selector}.`);
    }
    return found;
  }
});
