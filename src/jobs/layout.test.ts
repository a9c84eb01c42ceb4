import { layoutOf, type Column } from './layout';

const SEATUNNEL: Column[] = ['job', 'id', 'state', 'age', 'cause', 'advice', 'actions'];
const ALL: Column[] = [...SEATUNNEL, 'coordinator', 'deadline', 'parent', 'nodes'];

/** The least width of a template, in pixels. */
function least(template: string): number {
  return Array.from(template.matchAll(/(\d+)px/g)).reduce((sum, [, pixels]) => sum + Number(pixels), 0);
}

describe('the layout of rows', () => {
  it.each([300, 600, 800, 950, 1100, 1246, 1246, 1600, 2500])(
    'never leaves the buttons out of sight at %i px',
    (width) => {
      for (const columns of [SEATUNNEL, ALL, SEATUNNEL.slice(0, 4)]) {
        expect(least(layoutOf(width, columns).template)).toBeLessThanOrEqual(width);
      }
    }
  );

  it.each([
    [400, 'cards'],
    [600, 'cards'],
    [900, 'stacked'],
    [1246, 'wide'],
    [1600, 'wide'],
  ])('at %i px is %s', (width, arrangement) => {
    expect(layoutOf(width, SEATUNNEL).arrangement).toBe(arrangement);
  });

  it('puts the buttons below each other before it stacks the rest, and beside each other where there is room', () => {
    expect(layoutOf(1200, SEATUNNEL)).toMatchObject({ arrangement: 'wide', stackedActions: true });
    expect(layoutOf(1600, SEATUNNEL)).toMatchObject({ arrangement: 'wide', stackedActions: false });
  });

  it('is wide where nothing is laid out', () => {
    expect(layoutOf(0, ALL).arrangement).toBe('wide');
  });
});
