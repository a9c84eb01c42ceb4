import { type DataSourcePluginOptionsEditorProps } from '@grafana/data';

import { type ActionSettings, type CoordinatorSecrets, type CoordinatorSettings } from '../settings';

export type EditorProps = DataSourcePluginOptionsEditorProps<CoordinatorSettings, CoordinatorSecrets>;

/** How the editor's sections change the data source: in `jsonData` and our own secrets, and nowhere else. */
export interface Changes {
  setting(change: Partial<CoordinatorSettings>): void;
  action(change: Partial<ActionSettings>): void;
  secret(name: keyof CoordinatorSecrets, value: string): void;
  /** Forgets a stored secret, so that a new one can be typed. */
  resetSecret(name: keyof CoordinatorSecrets): void;
}

/** The changes as calls of the editor's onOptionsChange. */
export function changes({ options, onOptionsChange }: EditorProps): Changes {
  return {
    setting: (change) =>
      onOptionsChange({ ...options, jsonData: { ...options.jsonData, ...change, kind: 'seatunnel' } }),
    action: (change) =>
      onOptionsChange({
        ...options,
        jsonData: { ...options.jsonData, kind: 'seatunnel', actions: { ...options.jsonData.actions, ...change } },
      }),
    secret: (name, value) =>
      onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [name]: value } }),
    resetSecret: (name) =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...options.secureJsonFields, [name]: false },
        secureJsonData: { ...options.secureJsonData, [name]: '' },
      }),
  };
}
