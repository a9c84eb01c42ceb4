import { type ScopedVars } from '@grafana/data';
import { type TemplateSrv } from '@grafana/runtime';

import { type JobFilter, type UnjamQuery } from './query';

type Variables = Pick<TemplateSrv, 'replace' | 'getVariables'>;

/** A text that is one variable and nothing else: $name, ${name}, ${name:format} or [[name]]. */
const LONE_VARIABLE = /^(?:\$(\w+)|\$\{(\w+)(?:\.[^:^}]+)?(?::[^}]+)?\}|\[\[(\w+)(?::[^\]]+)?\]\])$/;

/** The value that a variable holds while "All" is chosen. */
const ALL = '$__all';

/** The query with template variables put in. A variable with several values gives several entries of its list. */
export function interpolate(query: UnjamQuery, variables: Variables, scopedVars: ScopedVars): UnjamQuery {
  if (query.queryType === 'delivery') {
    return { ...query, nodes: query.nodes && expandAll(query.nodes, variables, scopedVars) };
  }
  if (query.queryType === 'events') {
    return {
      ...query,
      nodes: query.nodes && expandAll(query.nodes, variables, scopedVars),
      jobId: query.jobId && variables.replace(query.jobId, scopedVars).trim(),
    };
  }
  return { ...query, ...interpolateFilter(query, variables, scopedVars) };
}

function interpolateFilter(filter: JobFilter, variables: Variables, scopedVars: ScopedVars): JobFilter {
  return {
    states: filter.states && expandAll(filter.states, variables, scopedVars),
    jobNames: filter.jobNames && expandAll(filter.jobNames, variables, scopedVars),
    jobId: filter.jobId && variables.replace(filter.jobId, scopedVars).trim(),
  };
}

/** Absent when a variable says "All": what came after the variable was read belongs to all, too. */
function expandAll(texts: string[], variables: Variables, scopedVars: ScopedVars): string[] | undefined {
  const values: string[] = [];
  for (const text of texts) {
    const name = loneVariable(text);
    if (name !== undefined && saysAll(name, variables, scopedVars)) {
      return undefined;
    }
    values.push(...expand(text, name, variables, scopedVars));
  }
  const distinct = Array.from(new Set(values)).filter((value) => value !== '');
  return distinct.length > 0 ? distinct : undefined;
}

function expand(text: string, name: string | undefined, variables: Variables, scopedVars: ScopedVars): string[] {
  if (name === undefined) {
    return [variables.replace(text, scopedVars)];
  }
  let values: string[] | undefined;
  // The formatter is given the values themselves: no name is ever taken apart at a separator that it may hold.
  const replaced = variables.replace(`\${${name}}`, scopedVars, (value: unknown) => {
    values = (Array.isArray(value) ? value : [value]).map(String);
    return '';
  });
  return values ?? [replaced];
}

function loneVariable(text: string): string | undefined {
  const match = LONE_VARIABLE.exec(text.trim());
  return match ? (match[1] ?? match[2] ?? match[3]) : undefined;
}

function saysAll(name: string, variables: Variables, scopedVars: ScopedVars): boolean {
  // A repeated panel has a value of its own.
  if (scopedVars[name] !== undefined) {
    return false;
  }
  const variable = variables.getVariables().find((candidate) => candidate.name === name);
  if (!variable || !('current' in variable) || !variable.current || !('value' in variable.current)) {
    return false;
  }
  const { value } = variable.current;
  return Array.isArray(value) ? value.includes(ALL) : value === ALL;
}
