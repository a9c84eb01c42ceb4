// @ts-check
/** Writes the alert rules of src/alerting as Grafana's provisioning files, and as the texts of the Setup page. */
import { Document, isMap, isScalar, isSeq, Scalar } from 'yaml';

/**
 * @typedef {import('../../src/alerting/model.ts').AlertRule} AlertRule
 * @typedef {import('../../src/alerting/model.ts').Kind} Kind
 * @typedef {object} Placement where a rule is to stand
 * @property {string} dataSource its uid
 * @property {(rule: AlertRule) => string} uid
 * @property {(rule: AlertRule) => string} title
 * @property {(rule: AlertRule) => string} runbook
 */

/** How often Grafana evaluates the rules: a few polls. */
const INTERVAL = '30s';
/** Our metrics are of now; Grafana wants a range all the same. */
const RANGE_SECONDS = 600;
const DASHBOARD = 'unjam-stuck-jobs';
/** The Job page, as src/jobs/jobPage.ts has it. An alert's labels do not tell when a job was created. */
const JOB_PAGE = 'a/unjam-jobs-app/job';
/** Where comments are folded. */
const COMMENT_COLUMNS = 80;
const TOP = ['apiVersion', 'groups'];

/**
 * A file of rules.
 * @param {{ comment: string[], group: string, rules: readonly AlertRule[], place: Placement }} file
 *   `comment` has an entry for each paragraph
 * @returns {string}
 */
export function rulesFile({ comment, group, rules, place }) {
  const content = {
    apiVersion: 1,
    groups: [
      {
        orgId: 1,
        name: group,
        folder: 'Unjam',
        interval: INTERVAL,
        rules: rules.map((rule) => asGrafana(rule, place)),
      },
    ],
  };
  const document = new Document(content, { aliasDuplicateObjects: false });
  document.commentBefore = comment
    .map((paragraph) => folded(paragraph, 0))
    .join('\n# \n')
    .replace(/^#/gm, '');
  const nodes = document.getIn(['groups', 0, 'rules'], true);
  if (!isSeq(nodes)) {
    throw new Error('The document has no rules.');
  }
  for (const [index, rule] of rules.entries()) {
    dress(nodes.items[index], rule, index > 0);
  }
  pair(document.contents, TOP[1] ?? '').spaceBefore = true;
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
}

/**
 * The rules as texts that the Setup page fills in (src/alerting/texts.ts): the beginning of a file, and each rule by its id.
 * @param {readonly AlertRule[]} rules
 * @param {(rule: AlertRule) => string} runbook
 * @returns {{ head: string, rules: Record<string, string> }}
 */
export function ruleTexts(rules, runbook) {
  // YAML quotes what begins with "@", so that whatever is filled in stays a string.
  const place = {
    dataSource: '@UID@',
    uid: (/** @type {AlertRule} */ { id }) => `@PREFIX@-${id}`,
    title: () => '@TITLE@ (@NAME@)',
    runbook,
  };
  const comment = ['Alert rules on the data source with the uid @UID@, from the Setup page of Unjam.'];
  const parts = rules.map((rule) => {
    const [head = '', text = ''] = rulesFile({ comment, group: '@GROUP@', rules: [rule], place }).split(
      /(?<=^ +rules:\n)/m
    );
    return { id: rule.id, head, text };
  });
  return { head: parts[0]?.head ?? '', rules: Object.fromEntries(parts.map(({ id, text }) => [id, text])) };
}

/**
 * A rule as Grafana's provisioning names its parts.
 * @param {AlertRule} rule
 * @param {Placement} place
 */
function asGrafana(rule, place) {
  const { summary, description } = rule;
  const jobUrl = `{{ externalURL }}${JOB_PAGE}?ds=${place.dataSource}&job={{ .Labels.job_id | urlquery }}`;
  return {
    uid: place.uid(rule),
    title: place.title(rule),
    condition: rule.steps.at(-1)?.refId,
    for: rule.for,
    execErrState: rule.onError,
    noDataState: rule.onNoData,
    ...(rule.panel && { dashboardUid: DASHBOARD, panelId: rule.panel }),
    labels: { severity: rule.severity },
    annotations: { summary, description, ...(rule.opensJob && { job_url: jobUrl }), runbook_url: place.runbook(rule) },
    data: [...rule.queries.map((one) => queryData(one, place)), ...rule.steps.map(stepData)],
  };
}

/**
 * @param {AlertRule['queries'][number]} query
 * @param {Placement} place
 */
function queryData({ refId, metric, states }, { dataSource }) {
  return {
    refId,
    datasourceUid: dataSource,
    relativeTimeRange: { from: RANGE_SECONDS, to: 0 },
    model: {
      refId,
      queryType: 'metric',
      schemaVersion: 1,
      metric,
      ...(states && { states }),
      datasource: { type: 'unjam-coordinator-datasource', uid: dataSource },
    },
  };
}

/** @param {AlertRule['steps'][number]} step */
function stepData(step) {
  const model =
    'formula' in step
      ? { refId: step.refId, type: 'math', expression: step.formula }
      : {
          refId: step.refId,
          type: 'threshold',
          expression: step.of,
          conditions: [{ evaluator: { type: step.is, params: [step.than] } }],
        };
  return { refId: step.refId, datasourceUid: '__expr__', model };
}

/**
 * Gives a rule its comments, and its long texts and short maps a form that people read.
 * @param {unknown} node
 * @param {AlertRule} rule
 * @param {boolean} apart whether a line is left free before it
 */
function dress(node, rule, apart) {
  if (!isMap(node)) {
    throw new Error(`The rule ${rule.id} is no map.`);
  }
  node.spaceBefore = apart;
  comment(node, rule.why, 6);
  comment(pair(node, 'for'), rule.whyFor, 8);
  comment(pair(node.get('annotations', true), 'summary'), rule.whySummary, 10);
  for (const text of ['summary', 'description']) {
    const scalar = node.getIn(['annotations', text], true);
    if (isScalar(scalar)) {
      scalar.type = Scalar.BLOCK_FOLDED;
    }
  }
  const whys = [...rule.queries, ...rule.steps].map(({ why }) => why);
  for (const [index, why] of whys.entries()) {
    const data = node.getIn(['data', index], true);
    comment(isMap(data) ? data : undefined, why, 10);
    for (const place of [['relativeTimeRange'], ['model', 'datasource'], ['model', 'states']]) {
      inOneLine(node.getIn(['data', index, ...place], true));
    }
    inOneLine(node.getIn(['data', index, 'model', 'conditions', 0, 'evaluator'], true));
  }
}

/** @param {unknown} node */
function inOneLine(node) {
  if (isMap(node) || isSeq(node)) {
    node.flow = true;
  }
}

/**
 * @param {{ commentBefore?: string | null | undefined } | undefined} node
 * @param {string | undefined} text
 * @param {number} indent of the line
 */
function comment(node, text, indent) {
  if (node && text) {
    node.commentBefore = folded(text, indent).replace(/^#/gm, '');
  }
}

/**
 * The key of a map: comments and free lines belong to it.
 * @param {unknown} map
 * @param {string} name
 * @returns {Scalar}
 */
function pair(map, name) {
  const found = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
  if (!found || !isScalar(found.key)) {
    throw new Error(`There is no key ${name}.`);
  }
  return found.key;
}

/**
 * @param {string} text
 * @param {number} indent
 */
function folded(text, indent) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= COMMENT_COLUMNS - indent) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(`# ${word}`);
    }
  }
  return lines.join('\n');
}
