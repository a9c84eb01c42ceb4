import CopyWebpackPlugin from 'copy-webpack-plugin';
import { type Configuration, type RuleSetRule } from 'webpack';

import grafanaConfig, { type Env } from './.config/webpack/webpack.config.ts';
import { LANGUAGES, shippedTexts } from './scripts/lib/locales.mjs';

/** The plugins whose texts Grafana loads, each from its own folder and under its own id; `files` are what it is made of. */
const PLUGINS = [
  { id: 'unjam-jobs-app', folder: '.', files: /^(?!panels\/|datasource\/)/ },
  { id: 'unjam-coordinator-datasource', folder: 'datasource', files: /^(datasource|api|model)\// },
  { id: 'unjam-stuckjobs-panel', folder: 'panels/stuck-jobs', files: /^(panels\/stuck-jobs|jobs|actions|api|model)\// },
  { id: 'unjam-delivery-panel', folder: 'panels/delivery', files: /^(panels\/delivery|jobs|actions|api|model)\// },
];

/**
 * The language of the oldest browser that Grafana 12.4 runs in. The scaffold's is of 2015: every file would bring its own
 * functions that stand in for what browsers can do by now.
 */
const TARGET = 'es2022';

/** The scaffold's rule for TypeScript with another target; any other rule as it is. */
function modern(rule: RuleSetRule): RuleSetRule {
  const { use } = rule;
  if (
    typeof use !== 'object' ||
    Array.isArray(use) ||
    use?.loader !== 'swc-loader' ||
    typeof use.options !== 'object'
  ) {
    return rule;
  }
  return { ...rule, use: { ...use, options: { ...use.options, jsc: { ...use.options.jsc, target: TARGET } } } };
}

/** The scaffold's build, plus what nested plugins need of it. */
const config = async (env: Env): Promise<Configuration> => {
  const scaffold = await grafanaConfig(env);
  return {
    ...scaffold,
    module: {
      ...scaffold.module,
      rules: [
        ...(scaffold.module?.rules ?? []).map((rule) => (rule && typeof rule === 'object' ? modern(rule) : rule)),
        // @grafana/i18n imports them for Grafana itself, and the packages do not say that they do nothing by that.
        { test: /node_modules\/(i18next-browser-languagedetector|i18next-pseudo)\//, sideEffects: false },
      ],
    },
    // What each plugin may weigh is checked by scripts/lib/weight.mjs, compressed and with all that it loads.
    performance: { hints: false },
    // Pages share the dialogs: a part that several of them need is loaded once, from a few kilobytes on.
    optimization: { ...scaffold.optimization, splitChunks: { chunks: 'async', minSize: 4_000 } },
    plugins: [
      ...(scaffold.plugins ?? []),
      // The scaffold copies the app's own logo only; each nested plugin names one beside its plugin.json.
      new CopyWebpackPlugin({ patterns: [{ from: '{datasource,panels/*}/img/*.svg', to: '.' }] }),
      // Grafana looks for a nested plugin's texts beside its plugin.json.
      new CopyWebpackPlugin({
        patterns: PLUGINS.flatMap(({ id, folder, files }) =>
          LANGUAGES.map((language) => ({
            from: `locales/${language}/unjam-jobs-app.json`,
            to: `${folder}/locales/${language}/${id}.json`,
            transform: () => shippedTexts(language, files),
            force: true,
          }))
        ),
      }),
    ],
  };
};

export default config;
