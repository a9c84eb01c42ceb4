import CopyWebpackPlugin from 'copy-webpack-plugin';
import { type Configuration } from 'webpack';

import grafanaConfig, { type Env } from './.config/webpack/webpack.config.ts';

/** The scaffold's build, plus what nested plugins need of it. */
const config = async (env: Env): Promise<Configuration> => {
  const scaffold = await grafanaConfig(env);
  return {
    ...scaffold,
    // A plugin's code is loaded with every dashboard that uses it. 90 kB are about 25 kB once compressed.
    performance: { hints: env.production ? 'error' : false, maxEntrypointSize: 90_000, maxAssetSize: 90_000 },
    plugins: [
      ...(scaffold.plugins ?? []),
      // The scaffold copies the app's own logo only; each nested plugin names one beside its plugin.json.
      new CopyWebpackPlugin({ patterns: [{ from: '{datasource,panels/*}/img/*.svg', to: '.' }] }),
    ],
  };
};

export default config;
