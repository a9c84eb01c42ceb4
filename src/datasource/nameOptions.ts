import { type ComboboxOption } from '@grafana/ui';
import { firstValueFrom, type Observable } from 'rxjs';

import { inertName } from '../model/text';

/** More names than anyone reads; typing narrows them. */
const MAX_OPTIONS = 500;

/** The names that hold what was typed. Where they cannot be read, names can still be written by hand. */
export async function nameOptions(
  names: () => Observable<readonly string[]>,
  input: string
): Promise<Array<ComboboxOption<string>>> {
  try {
    const values = await firstValueFrom(names());
    return values
      .filter((name) => name.toLowerCase().includes(input.toLowerCase()))
      .slice(0, MAX_OPTIONS)
      .map((name) => ({ label: inertName(name), value: name }));
  } catch {
    return [];
  }
}

/** What was chosen; undefined for nothing, which means all. */
export function chosen(options: Array<ComboboxOption<string>>): string[] | undefined {
  return options.length === 0 ? undefined : options.map(({ value }) => value);
}
