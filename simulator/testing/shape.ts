/** The form of a JSON value: field names and types, without the values. */
export type Shape = string | { readonly [field: string]: Shape } | readonly [array: 'array', ...elements: string[]];

/** Fields whose keys are tables' names, or what the job's author configured. */
const FREE_KEYS = /^(Table(Source|Sink)|envOptions$)/;

/** The form of a value; an array's is the set of its elements' forms. */
export function shapeOf(value: unknown, field = ''): Shape {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    const forms = new Set(value.map((element) => JSON.stringify(shapeOf(element))));
    return ['array', ...[...forms].sort()];
  }
  if (typeof value !== 'object') {
    return typeof value;
  }
  const fields = Object.entries(value).map(([name, inner]): [string, Shape] => [
    FREE_KEYS.test(field) ? '*' : name,
    shapeOf(inner, name),
  ]);
  return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Jobs of a list (or of a page of it), or the one job. */
export function jobsIn(value: unknown): Array<{ readonly jobStatus: string }> {
  const list = Array.isArray(value) ? value : isPage(value) ? value.data : [value];
  return list.filter(isJob);
}

const isPage = (value: unknown): value is { data: unknown[] } =>
  typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data);

const isJob = (value: unknown): value is { jobStatus: string } =>
  typeof value === 'object' && value !== null && 'jobStatus' in value && typeof value.jobStatus === 'string';
