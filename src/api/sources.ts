import { type DataSourceApi, type ScopedVars } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataSourceRef } from '@grafana/schema';

import { COORDINATOR_TYPE } from '../model/plugins';

/** A data source of ours. */
export interface Source {
  uid: string;
  /** The name that Grafana shows. */
  name: string;
}

/** Every data source of ours that the signed-in user may see. */
export function listSources(): Source[] {
  return (
    getDataSourceSrv()
      .getList({ type: COORDINATOR_TYPE })
      // Grafana adds its built-in data sources to every list.
      .filter(({ type }) => type === COORDINATOR_TYPE)
      .map(({ uid, name }) => ({ uid, name }))
  );
}

/** The kind of coordinator of a data source of ours, in the words of its settings; undefined where they name none. */
export function sourceKind(uid: string): string | undefined {
  const stored = sourceSettings(uid);
  return 'kind' in stored && typeof stored.kind === 'string' ? stored.kind : undefined;
}

/** The settings of a data source of ours that hold no secret, as Grafana gives them to everybody who may query it. */
export function sourceSettings(uid: string): object {
  return getDataSourceSrv().getInstanceSettings({ uid, type: COORDINATOR_TYPE })?.jsonData ?? {};
}

/** The data source of ours that a reference means; undefined when it means none of ours. */
export function findSource(reference: DataSourceRef, scopedVars?: ScopedVars): Source | undefined {
  const settings = getDataSourceSrv().getInstanceSettings(reference, scopedVars);
  if (!settings || settings.type !== COORDINATOR_TYPE) {
    return undefined;
  }
  // Where the reference was a variable, rawRef holds what it stands for.
  return { uid: settings.rawRef?.uid ?? settings.uid, name: settings.name };
}

/** The data source itself, with Grafana's way to query it. */
export function loadSource(uid: string): Promise<DataSourceApi> {
  return getDataSourceSrv().get({ uid, type: COORDINATOR_TYPE });
}
