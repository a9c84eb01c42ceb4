import CopyWebpackPlugin from 'copy-webpack-plugin';
import { createRequire } from 'node:module';
import path from 'path';
import { type Configuration } from 'webpack';

/**
 * Builds the workbench's page into workbench/dist. Other than the plugin's build, it packs the @grafana packages: in
 * Grafana they come from Grafana.
 */
const folder = path.join(process.cwd(), 'workbench');
const find = createRequire(path.join(folder, 'webpack.config.ts'));
const grafanaUi = find.resolve('@grafana/ui/package.json');
const grafanaRuntime = find.resolve('@grafana/runtime/package.json');

/** The folder of a package as @grafana/ui gets it. */
function asInGrafanaUi(name: string): string {
  return path.dirname(createRequire(grafanaUi).resolve(`${name}/package.json`));
}

const config = (env: Record<string, unknown>): Configuration => ({
  mode: env.production ? 'production' : 'development',
  context: path.join(folder, 'page'),
  entry: { workbench: './main.tsx' },
  devtool: 'source-map',
  cache: {
    type: 'filesystem',
    name: 'workbench',
    buildDependencies: { config: [path.join(folder, 'webpack.config.ts')] },
  },
  output: {
    path: path.join(folder, 'dist', 'public'),
    publicPath: '/public/',
    filename: '[name].js',
    chunkFilename: '[name].js',
    assetModuleFilename: '[hash][ext]',
    clean: true,
    // Every file is written, so that each is as new as the build.
    compareBeforeEmit: false,
  },
  resolve: {
    extensions: ['.ts', '.tsx', '.mjs', '.js'],
    alias: {
      // In Grafana there is one emotion for all; two would write styles over each other.
      '@emotion/css': asInGrafanaUi('@emotion/css'),
      // Grafana puts its own page around a plugin's; the way to do so is not among the package's exports.
      'grafana-plugin-page$': path.join(path.dirname(grafanaRuntime), 'dist/esm/components/PluginPage.mjs'),
    },
  },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        use: {
          loader: 'swc-loader',
          options: { jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true } } },
        },
      },
      { test: /\.css$/, use: ['style-loader', 'css-loader'] },
      { test: /\.(png|jpe?g|gif|svg|woff2?)$/, type: 'asset/resource' },
    ],
  },
  plugins: [
    new CopyWebpackPlugin({
      patterns: [
        { from: 'index.html', to: '..' },
        // Icons are fetched one by one, from where Grafana has them.
        { from: path.join(path.dirname(grafanaUi), 'dist/public/img/icons'), to: 'build/img/icons' },
        // The package names this one without bringing it.
        { from: 'spinner.svg', to: 'build/img/icons/unicons/spinner.svg' },
      ],
    }),
  ],
  performance: { hints: false },
  stats: 'errors-warnings',
});

export default config;
