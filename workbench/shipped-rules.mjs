// @ts-check
/**
 * The alert rules that ship, where there is no Grafana: their queries go through the real backend as Grafana's alerting
 * sends them, their conditions are calculated here, and their links are filled in by Go's own templates. That a Grafana
 * takes them as they are is shown in e2e/rules.test.mjs and e2e/chapters/alerting.mjs.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { root } from '../scripts/lib/children.mjs';

/** How Grafana's alerting marks its queries. */
const FROM_ALERT = { FromAlert: 'true' };
/** Expressions of the rules: numbers, other parts of the rule, and operators that mean the same in JavaScript. */
const EXPRESSION = /^(?:\$[A-Z]|[\d.]+|[<>]|==|&&|\|\||[()\s])+$/;

/**
 * @typedef {Record<string, string>} Labels
 * @typedef {{ labels: Labels, values: Record<string, number>, fires: boolean }} Row what a rule finds for one job
 *
 * @typedef {object} Part a query, or a step from the queries to the condition
 * @property {string} refId
 * @property {{ from: number, to: number }} [relativeTimeRange] seconds ago
 * @property {{ type?: string, expression?: string, conditions?: { evaluator: { type: string, params: number[] } }[] }} model
 *
 * @typedef {object} Rule
 * @property {string} title
 * @property {string} condition the part that decides
 * @property {Record<string, string>} annotations
 * @property {Part[]} data
 */

/**
 * A rule of provisioning/alerting/unjam.yaml.
 * @param {string} title
 * @returns {Rule}
 */
export function shippedRule(title) {
  const file = path.join(root, 'provisioning', 'alerting', 'unjam.yaml');
  const { groups } = parse(readFileSync(file, 'utf8'));
  const rule = groups
    .flatMap((/** @type {{ rules: Rule[] }} */ group) => group.rules)
    .find((/** @type {Rule} */ one) => one.title === title);
  assert.ok(rule, `${file} has no rule "${title}"`);
  return rule;
}

/**
 * Evaluates a rule once, without its `for`: a row for each set of labels that all its parts have.
 * @param {string} url of the workbench
 * @param {Rule} rule
 * @returns {Promise<Row[]>}
 */
export async function evaluate(url, rule) {
  /** @type {Map<string, Map<string, number>>} */
  const series = new Map();
  for (const part of rule.data) {
    series.set(part.refId, part.model.type ? calculated(part, series) : await asked(url, part));
  }
  const condition = series.get(rule.condition);
  assert.ok(condition, `the rule "${rule.title}" has no part ${rule.condition}`);
  return [...condition].map(([key, value]) => ({
    labels: JSON.parse(key),
    values: Object.fromEntries(
      [...series].flatMap(([refId, of]) => {
        const found = of.get(key);
        return found === undefined ? [] : [[refId, found]];
      })
    ),
    fires: value !== 0,
  }));
}

/**
 * @param {string} url
 * @param {Part} part
 * @returns {Promise<Map<string, number>>} the newest value of each series, by its labels
 */
async function asked(url, { refId, model, relativeTimeRange = { from: 600, to: 0 } }) {
  const now = Date.now();
  const response = await fetch(`${url}/api/ds/query`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...FROM_ALERT },
    body: JSON.stringify({
      from: String(now - relativeTimeRange.from * 1000),
      to: String(now - relativeTimeRange.to * 1000),
      queries: [model],
    }),
  });
  const body = await response.text();
  assert.equal(response.status, 200, body.slice(0, 500));
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { schema, data } of JSON.parse(body).results[refId].frames) {
    for (const [index, { type, labels = {} }] of schema.fields.entries()) {
      const value = data.values[index]?.at(-1);
      if (type === 'number' && typeof value === 'number') {
        found.set(JSON.stringify(Object.fromEntries(Object.entries(labels).sort())), value);
      }
    }
  }
  return found;
}

/**
 * @param {Part} part
 * @param {Map<string, Map<string, number>>} series of the parts before it
 * @returns {Map<string, number>} 1 or 0 for each set of labels
 */
function calculated({ refId, model: { type, expression = '', conditions = [] } }, series) {
  const [limit] = conditions;
  if (type === 'threshold' && limit && /^[gl]t$/.test(limit.evaluator.type)) {
    const { type: is, params } = limit.evaluator;
    const [than = NaN] = params;
    const of = series.get(expression) ?? new Map();
    return new Map([...of].map(([key, value]) => [key, Number(is === 'gt' ? value > than : value < than)]));
  }
  assert.ok(type === 'math' && EXPRESSION.test(expression), `${refId} is not known here: ${type} ${expression}`);
  const named = [...new Set(expression.match(/[A-Z]/g))].map((name) => ({ name, of: series.get(name) ?? new Map() }));
  const shared = [...(named[0]?.of.keys() ?? [])].filter((key) => named.every(({ of }) => of.has(key)));
  return new Map(
    shared.map((key) => [
      key,
      Number(runInNewContext(expression, Object.fromEntries(named.map(({ name, of }) => [`$${name}`, of.get(key)])))),
    ])
  );
}

/**
 * The links of an alert: its annotations whose names end with "_url".
 * @param {Rule} rule
 * @param {Labels} labels of the alert
 * @param {string} externalURL Grafana's own address, with a slash at its end
 * @returns {Promise<Record<string, string>>}
 */
export async function alertLinks({ annotations }, labels, externalURL) {
  const links = Object.fromEntries(Object.entries(annotations).filter(([name]) => name.endsWith('_url')));
  const child = spawn('go', ['run', './workbench/backend/annotate'], { cwd: root });
  child.stdin.end(JSON.stringify({ externalURL, labels, annotations: links }));
  const [filled, fault] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.ok(filled, fault);
  return JSON.parse(filled);
}
