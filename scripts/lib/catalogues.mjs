// @ts-check
/** What is made from the catalogues in src: alert rules as YAML, and the tables of docs/alerts.md and docs/metrics.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { tsImport } from 'tsx/esm/api';
import { root } from './children.mjs';
import { rulesFile, ruleTexts } from './alert-rules.mjs';

/**
 * @typedef {import('../../src/alerting/model.ts').AlertRule} AlertRule
 * @typedef {import('../../src/alerting/model.ts').Kind} Kind
 * @typedef {import('../../src/model/metrics.ts').Metric} Metric
 */

const BEGIN = '<!-- made by npm run generate: begin -->';
const END = '<!-- made by npm run generate: end -->';
/** @type {Record<Kind, string>} */
const KIND_NAMES = { seatunnel: 'SeaTunnel', cloverdx: 'CloverDX', generic: 'generic' };

/** @returns {Promise<Record<string, string>>} the text of each file, by its path */
export async function catalogueFiles() {
  /** @type {{ RULE_FILES: import('../../src/alerting/files.ts').RuleFile[] }} */
  const { RULE_FILES } = await tsImport('../../src/alerting/files.ts', import.meta.url);
  /** @type {typeof import('../../src/alerting/rules.ts')} */
  const { ALERT_RULES, runbookLink, titleFor } = await tsImport('../../src/alerting/rules.ts', import.meta.url);
  /** @type {typeof import('../../src/model/findings.ts')} */
  const { OUTLOOKS } = await tsImport('../../src/model/findings.ts', import.meta.url);
  /** @type {Record<string, string>} */
  const files = {};
  for (const file of RULE_FILES) {
    files[file.path] = rulesFile(file);
  }
  files['src/alerting/texts.gen.json'] = JSON.stringify(ruleTexts(ALERT_RULES, runbookLink));
  const alerts = readFileSync(path.join(root, 'docs/alerts.md'), 'utf8');
  files['docs/alerts.md'] = between(
    alerts,
    rulesTable(ALERT_RULES, (rule) => [...new Set(rule.kinds.map((kind) => titleFor(rule, kind)))].join(' / '))
  );
  files['docs/metrics.md'] = metricsPage(OUTLOOKS);
  for (const [file, text] of Object.entries(files)) {
    const options = await resolveConfig(path.join(root, file));
    files[file] = await format(text, { ...options, filepath: file });
  }
  return files;
}

/**
 * @param {string} page
 * @param {string} made
 */
function between(page, made) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(`docs/alerts.md has lost its marks "${BEGIN}" and "${END}".`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${made}\n\n${page.slice(end)}`;
}

/**
 * @param {readonly AlertRule[]} rules
 * @param {(rule: AlertRule) => string} title
 */
function rulesTable(rules, title) {
  const rows = rules.map((rule) => [
    `[${title(rule)}](runbooks/${rule.runbook}.md)`,
    `${rule.when}${rule.for === '0s' ? '' : ` for ${rule.for.replace('m', ' min')}`}`,
    rule.severity,
    rule.kinds.map((kind) => KIND_NAMES[kind]).join(', '),
    rule.needs ?? '',
    rule.onError === 'Alerting' ? 'fires' : 'stays as it was',
    rule.onNoData === 'Alerting' ? 'fires' : 'is good',
  ]);
  return table(['rule', 'fires at', 'severity', 'for', 'needs', 'while its source cannot tell', 'no data'], rows);
}

/** @param {readonly string[]} outlooks */
function metricsPage(outlooks) {
  /** @type {Metric[]} */
  const metrics = json('src/model/metrics.json');
  /** @type {string[]} */
  const causes = json('src/model/causes.json');

  const of = (/** @type {(metric: Metric) => boolean | undefined} */ choose) =>
    table(
      ['metric', 'unit', 'labels', 'what it tells'],
      metrics
        .filter(choose)
        .map(({ name, unit, labels, help }) => [`\`${name}\``, unit, labels.join(', '), escaped(help)])
    );
  const codes = (/** @type {readonly string[]} */ words) =>
    table(
      ['code', 'word'],
      ['none', ...words].map((word, code) => [String(code), word])
    );
  return `# Metrics

<!-- Made from src/model by npm run generate: change it there. -->

What a query of type \`metric\` gives (see [queries](queries.md)), in panels and in [alert rules](alerts.md). Labels identify and never describe: a label that changes would make a second alert and resolve the first. Where a coordinator cannot tell something, the answer is _not exposed_ with the reason, never 0. While the coordinator is not seen, metrics of jobs and pairs answer an error to alert rules.

## Of each job

${of(({ perJob }) => perJob)}

## Of each pair of nodes

\`node\` sends, \`peer\` receives.

${of(({ perPair }) => perPair)}

## Of the cluster

${of(({ perJob, perPair }) => !perJob && !perPair)}

## Codes of \`job_cause_code\`

[Diagnosis](diagnosis.md) says what each means, what it is proven by and what to do.

${codes(causes)}

## Codes of \`job_outlook_code\`

What becomes of the job without an operator; the worse, the greater.

${codes(outlooks)}
`;
}

/**
 * @param {string[]} headers
 * @param {string[][]} rows
 */
function table(headers, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(headers), line(headers.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[|<>*_]/g, '\\$&');
}

/**
 * @param {string} file
 * @returns {any}
 */
function json(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}
