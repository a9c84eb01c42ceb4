// @ts-check
/**
 * What the catalogue's validator looks for in the browser part's sources, found in TypeScript's syntax tree: text that only
 * looks like it, in a comment or a string, is no fault.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** The validator's rules for code; the names in `id` are those there. */
const VALIDATOR = 'grafana/plugin-validator, pkg/analysis/passes/coderules/semgrep-rules.yaml';
const CONSOLE_ALLOWED = new Set(['error', 'warn', 'debug', 'assert']);
const DIALOGS = new Set(['alert', 'confirm', 'prompt']);
/** What Grafana keeps at `window` for itself. */
const GRAFANA_OWN = new Set(['grafanaBootData', 'grafanaRuntime', '__grafanaSceneContext']);
const STYLE_FILE = /\.(css|scss|less)$/;
const QUERY_ENDPOINT = '/api/ds/query';

/**
 * @typedef {object} SourceRule
 * @property {string} name
 * @property {'error' | 'warning'} severity
 * @property {string} source who says so
 * @property {string} what for people
 * @property {(node: ts.Node, file: ts.SourceFile) => boolean} breaks
 */

/** @type {SourceRule[]} */
export const SOURCE_RULES = [
  {
    name: 'no-console',
    severity: 'warning',
    source: `${VALIDATOR}: console-logging`,
    what: 'logs to the console',
    breaks: (node) => {
      const called = calledMember(node);
      return called?.of === 'console' && !CONSOLE_ALLOWED.has(called.name);
    },
  },
  {
    name: 'no-native-dialogs',
    severity: 'error',
    source: `${VALIDATOR}: native-browser-dialogs`,
    what: "opens a dialog of the browser; use Grafana's",
    breaks: (node) => {
      const called = calledMember(node);
      // A function of ours may be called confirm; none is called alert.
      return called !== undefined && (called.of === '' ? called.name === 'alert' : isDialog(called));
    },
  },
  {
    name: 'window-open-noopener',
    severity: 'error',
    source: `${VALIDATOR}: window-open-without-noopener`,
    what: 'opens a window that can reach back: say noopener,noreferrer',
    breaks: (node) => {
      const called = calledMember(node);
      if (!ts.isCallExpression(node) || called?.name !== 'open' || !isWindow(called.of)) {
        return false;
      }
      const features = node.arguments[2];
      const text = features && ts.isStringLiteralLike(features) ? features.text : '';
      return !(text.includes('noopener') && text.includes('noreferrer'));
    },
  },
  {
    name: 'no-window-location',
    severity: 'warning',
    source: `${VALIDATOR}: direct-window-location-access`,
    what: "reads window.location; use Grafana's locationService",
    breaks: (node) => ts.isPropertyAccessExpression(node) && /^(window|globalThis)\.location$/.test(dotted(node)),
  },
  {
    name: 'no-grafana-globals',
    severity: 'error',
    source: `${VALIDATOR}: window-properties`,
    what: 'reads what Grafana keeps at window',
    breaks: (node) =>
      ts.isPropertyAccessExpression(node) && isWindow(dotted(node.expression)) && GRAFANA_OWN.has(node.name.text),
  },
  {
    name: 'no-style-files',
    severity: 'error',
    source: `${VALIDATOR}: no-direct-css-imports`,
    what: 'imports a style sheet, or styles the whole page',
    breaks: (node) =>
      (ts.isImportDeclaration(node) &&
        ts.isStringLiteral(node.moduleSpecifier) &&
        (STYLE_FILE.test(node.moduleSpecifier.text) ||
          (node.moduleSpecifier.text === '@emotion/react' && imports(node, 'Global')))) ||
      (ts.isCallExpression(node) &&
        node.expression.kind === ts.SyntaxKind.ImportKeyword &&
        node.arguments.some((argument) => ts.isStringLiteralLike(argument) && STYLE_FILE.test(argument.text))),
  },
  {
    name: 'no-query-endpoint',
    severity: 'error',
    source: `${VALIDATOR}: no-api-ds-query-endpoint`,
    what: `calls ${QUERY_ENDPOINT}; ask the data source's query()`,
    breaks: (node) => isText(node) && node.text.includes(QUERY_ENDPOINT),
  },
  {
    name: 'no-test-datasource',
    severity: 'error',
    source: `${VALIDATOR}: backend-datasource-should-not-implement-testdatasource`,
    what: 'tests the data source itself; the backend checks its health',
    breaks: (node) =>
      ts.isClassDeclaration(node) &&
      (node.heritageClauses ?? []).some((clause) =>
        clause.types.some((type) => dotted(type.expression) === 'DataSourceWithBackend')
      ) &&
      node.members.some((member) => member.name?.getText() === 'testDatasource'),
  },
  {
    name: 'no-test-datasource-call',
    severity: 'error',
    source: "the catalogue's review: a backend data source is tested by its health check",
    what: 'calls testDatasource(); ask for the health',
    breaks: (node) => ts.isCallExpression(node) && lastName(node.expression) === 'testDatasource',
  },
  {
    name: 'no-react-internals',
    severity: 'warning',
    source: `${VALIDATOR}: access-old-react-internals`,
    what: "uses React's internals",
    breaks: (node) => ts.isIdentifier(node) && node.text === '__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED',
  },
  {
    name: 'no-gf-form',
    severity: 'warning',
    source: `${VALIDATOR}: deprecated-gf-form-css-classes`,
    what: "uses Grafana's old style classes gf-form…",
    breaks: (node) => isText(node) && /\bgf-form/.test(node.text),
  },
];

/** A comment is no node of the tree. @type {Omit<SourceRule, 'breaks'> & { pattern: RegExp }} */
export const COMMENT_RULE = {
  name: 'no-ts-ignore',
  severity: 'warning',
  source: `${VALIDATOR}: ts-ignore-suppress`,
  what: 'silences the compiler',
  pattern: /@ts-(ignore|expect-error|nocheck)\b/,
};

/**
 * What a file breaks.
 * @param {string} name
 * @param {string} text
 * @returns {{ rule: string, fault: string }[]}
 */
export function checkSource(name, text) {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind);
  /** @type {{ rule: string, fault: string }[]} */
  const found = [];
  const report = (/** @type {string} */ rule, /** @type {string} */ what, /** @type {number} */ at) =>
    found.push({ rule, fault: `${name}:${file.getLineAndCharacterOfPosition(at).line + 1}: ${what}` });
  const visit = (/** @type {ts.Node} */ node) => {
    for (const rule of SOURCE_RULES) {
      if (rule.breaks(node, file)) {
        report(rule.name, rule.what, node.getStart(file));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const { start, comment } of comments(text, file)) {
    if (COMMENT_RULE.pattern.test(comment)) {
      report(COMMENT_RULE.name, COMMENT_RULE.what, start);
    }
  }
  return found;
}

/**
 * The sources that come into a package: tests do not.
 * @param {string} root of the repository
 */
export function shippedSources(root) {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|spec)\.tsx?$/.test(name))
    .map((name) => path.join('src', name))
    .sort()
    .map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') }));
}

/**
 * @param {string} text
 * @param {ts.SourceFile} file
 */
function comments(text, file) {
  /** @type {Map<number, string>} */
  const found = new Map();
  const visit = (/** @type {ts.Node} */ node) => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    ranges.forEach(({ pos, end }) => found.set(pos, text.slice(pos, end)));
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  return [...found].map(([start, comment]) => ({ start, comment }));
}

/**
 * `of.name(…)`, or `name(…)` with an empty `of`.
 * @param {ts.Node} node
 */
function calledMember(node) {
  if (!ts.isCallExpression(node)) {
    return undefined;
  }
  const { expression } = node;
  if (ts.isIdentifier(expression)) {
    return { of: '', name: expression.text };
  }
  return ts.isPropertyAccessExpression(expression)
    ? { of: dotted(expression.expression), name: expression.name.text }
    : undefined;
}

/** @param {{ of: string, name: string }} called */
function isDialog({ of, name }) {
  return isWindow(of) && DIALOGS.has(name);
}

/** @param {string} name */
function isWindow(name) {
  return name === 'window' || name === 'globalThis' || name === 'self';
}

/**
 * `a.b.c` as text; empty for anything else.
 * @param {ts.Node} node
 * @returns {string}
 */
function dotted(node) {
  if (ts.isIdentifier(node)) {
    return node.text;
  }
  return ts.isPropertyAccessExpression(node) ? `${dotted(node.expression)}.${node.name.text}` : '';
}

/** @param {ts.Expression} node */
function lastName(node) {
  return ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : '';
}

/**
 * @param {ts.ImportDeclaration} node
 * @param {string} name
 */
function imports(node, name) {
  const bindings = node.importClause?.namedBindings;
  return (
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.some((element) => (element.propertyName ?? element.name).text === name)
  );
}

/**
 * @param {ts.Node} node
 * @returns {node is ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail}
 */
function isText(node) {
  return (
    ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)
  );
}
