import { of, throwError } from 'rxjs';

import { chosen, nameOptions } from './nameOptions';

describe('names to choose from', () => {
  it('are those that hold what was typed, whatever its case', async () => {
    await expect(nameOptions(() => of(['Node-1', 'node-2', 'x']), 'NODE')).resolves.toEqual([
      { label: 'Node-1', value: 'Node-1' },
      { label: 'node-2', value: 'node-2' },
    ]);
  });

  it('are none where they cannot be read: they can still be written by hand', async () => {
    await expect(nameOptions(() => throwError(() => new Error('blind')), '')).resolves.toEqual([]);
  });

  it('S09: are shown as text that hides nothing, and kept as they are', async () => {
    await expect(nameOptions(() => of(['a\u202Eb']), '')).resolves.toEqual([
      { label: 'a‹U+202E›b', value: 'a\u202Eb' },
    ]);
  });

  it('mean all when none is chosen', () => {
    expect(chosen([])).toBeUndefined();
    expect(chosen([{ value: 'a' }])).toEqual(['a']);
  });
});
