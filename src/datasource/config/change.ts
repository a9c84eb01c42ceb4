import { type DataSourcePluginOptionsEditorProps } from '@grafana/data';

import { type CloverDxApi, type Messaging } from '../cloverdx';
import { type DetectionSettings } from '../detection';
import {
  kindOf,
  type ActionSettings,
  type CloverDxSettings,
  type CoordinatorKind,
  type CoordinatorSecrets,
  type CoordinatorSettings,
  type SeaTunnelSettings,
  withKind,
} from '../settings';

export type EditorProps = DataSourcePluginOptionsEditorProps<CoordinatorSettings, CoordinatorSecrets>;

/** Settings of any kind, but never the kind itself. */
type SettingChange = Partial<Omit<SeaTunnelSettings, 'kind'> & Omit<CloverDxSettings, 'kind'>>;

/** How the editor's sections change the data source: in `jsonData` and our own secrets, and nowhere else. */
export interface Changes {
  /** Takes what only the former kind has away. */
  kind(kind: CoordinatorKind): void;
  /** A section changes only settings of the kind for which it is shown. */
  setting(change: SettingChange): void;
  action(change: Partial<ActionSettings>): void;
  detection(change: Partial<DetectionSettings>): void;
  cloverdx(change: Partial<CloverDxApi>): void;
  messaging(change: Partial<Messaging>): void;
  secret(name: keyof CoordinatorSecrets, value: string): void;
  /** Forgets a stored secret, so that a new one can be typed. */
  resetSecret(name: keyof CoordinatorSecrets): void;
}

/** The changes as calls of the editor's onOptionsChange. */
export function changes({ options, onOptionsChange }: EditorProps): Changes {
  const { jsonData } = options;
  const change = (next: CoordinatorSettings) => onOptionsChange({ ...options, jsonData: next });
  const setting = (next: SettingChange) =>
    change({ ...jsonData, ...next, kind: kindOf(jsonData) } as CoordinatorSettings);
  const part = <Name extends 'cloverdx' | 'messaging'>(name: Name): CloverDxSettings[Name] =>
    jsonData.kind === 'cloverdx' ? jsonData[name] : undefined;
  return {
    kind: (kind) => change(withKind(jsonData, kind)),
    setting,
    action: (next) => setting({ actions: { ...jsonData.actions, ...next } }),
    detection: (next) => setting({ detection: { ...jsonData.detection, ...next } }),
    cloverdx: (next) => setting({ cloverdx: { ...part('cloverdx'), ...next } }),
    messaging: (next) => setting({ messaging: { ...part('messaging'), ...next } }),
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
