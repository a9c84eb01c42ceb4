/**
 * The arrows of docs/architecture.md for the browser's part:
 *   panels, app -> jobs -> actions, api -> model; datasource -> api, model; app -> alerting -> model; all -> i18n.
 * Run by `npm run lint:arrows` and `npm test`. That each arrow fails where it should is shown by scripts/lib/arrows.mjs,
 * that the other rules do by src/rules.test.ts.
 */
const TESTS = '\\.test\\.tsx?$|/testing/';

const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.test\\.tsx?$' },
  to: { path: '^src/', pathNot: `^src/(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Files that need each other are one file, or two and a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    only('i18n-alone', 'i18n', [], "How texts come into the user's language has nothing to do with what they say."),
    only(
      'model-alone',
      'model',
      ['i18n'],
      'The model is plain types and formatting: it knows nothing else of ours but the language.'
    ),
    only(
      'alerting-to-model',
      'alerting',
      ['model'],
      'The alert rules are plain data: scripts read them without a browser.'
    ),
    only('api-to-model', 'api', ['model', 'i18n'], 'The client of the backend knows the model alone.'),
    only(
      'actions-to-api',
      'actions',
      ['api', 'model', 'i18n'],
      'The dialog is used by panels and pages, and knows neither.'
    ),
    only(
      'jobs-to-actions',
      'jobs',
      ['actions', 'api', 'model', 'i18n'],
      'The table of jobs is used by panels and pages, and knows neither.'
    ),
    only(
      'datasource-to-api',
      'datasource',
      ['api', 'model', 'i18n'],
      'The data source is a plugin of its own: no panel, no page, no dialog.'
    ),
    only(
      'panels-to-actions',
      'panels',
      ['jobs', 'actions', 'api', 'model', 'i18n'],
      'A panel is a plugin of its own: it shares the table, the dialog, the client and the model.'
    ),
    {
      name: 'panels-stand-alone',
      comment: 'Each panel is a plugin of its own.',
      severity: 'error',
      from: { path: '^src/panels/([^/]+)/' },
      to: { path: '^src/panels/', pathNot: '^src/panels/$1/' },
    },
    only(
      'app-to-actions',
      'app',
      ['jobs', 'alerting', 'actions', 'api', 'model', 'i18n'],
      'The pages share the table, the dialog, the client and the model, and show the alert rules.'
    ),
    only(
      'links-to-jobs',
      'links',
      ['jobs', 'api', 'model', 'i18n'],
      'Grafana loads the links with every page: they know neither a page nor a panel.'
    ),
    {
      name: 'nothing-unresolved',
      comment: 'What is imported must exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'nothing-undeclared',
      comment: 'What is imported must be named in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'Fakes and tests are for tests.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-test-tools-in-the-product',
      comment: 'What runs in the browser must be a dependency, not a development dependency.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody uses is left over.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: `${TESTS}|\\.json$|\\.d\\.ts$` },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
