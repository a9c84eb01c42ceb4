import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { ForeignText } from './ForeignText';
import { accessibilityProblems } from './testing/accessibility';

const LONG = `begin-${'x'.repeat(10_000)}-end`;

describe('a foreign text on a page', () => {
  it('S09: is text whatever it holds, apart from its neighbours', () => {
    const { container } = render(<ForeignText text={'<b onclick="x">\u202Ename</b>'} />);
    expect(container.innerHTML).toMatch(/^<bdi class="[^"]*">&lt;b onclick="x"&gt;‹U\+202E›name&lt;\/b&gt;<\/bdi>$/);
  });

  it('that is empty has a stand-in', () => {
    const { container } = render(<ForeignText text="" otherwise="(no name)" />);
    expect(container).toHaveTextContent('(no name)');
  });

  it('of 10 kB is short, with the whole in its title', () => {
    render(<ForeignText text={LONG} characters={30} />);
    expect(screen.getByText(/^begin-x+…x+-end$/)).toHaveAttribute('title', LONG);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });

  it('of 10 kB gives the whole on demand, by keyboard too', async () => {
    const user = userEvent.setup();
    const { container } = render(<ForeignText text={LONG} characters={30} expandable />);
    await user.tab();
    const button = screen.getByRole('button', { name: 'Show all 10010 characters', expanded: false });
    expect(button).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(screen.getByText(LONG)).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Show less', expanded: true }));
    expect(screen.queryByText(LONG)).not.toBeInTheDocument();
  });
});
