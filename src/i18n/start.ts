import { initPluginTranslations } from '@grafana/i18n';

/**
 * Makes this plugin's texts those of the user's language. Grafana has loaded them before it loads the plugin's module
 * (`languages` in plugin.json; webpack.config.ts lays the files where it looks), so there is nothing to wait for.
 *
 * @param pluginId the id of the plugin whose module calls it: Grafana keeps the texts of each plugin apart.
 */
export function startTranslations(pluginId: string): void {
  void initPluginTranslations(pluginId);
}
