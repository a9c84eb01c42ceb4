import {
  PluginType,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourcePluginMeta,
  type ScopedVars,
} from '@grafana/data';
import { type DataSourceSrv, type GetDataSourceListFilters, type TemplateSrv } from '@grafana/runtime';
import { type DataSourceRef } from '@grafana/schema';

import { type CoordinatorDataSource } from '../../../src/datasource/datasource';
import { plugin } from '../../../src/datasource/module';
import description from '../../../src/datasource/plugin.json';
import { type CoordinatorSettings } from '../../../src/datasource/settings';
import { type BootSource } from '../boot';

type Settings = DataSourceInstanceSettings<CoordinatorSettings>;
type Reference = DataSourceRef | string | null | undefined;

const META: DataSourcePluginMeta = {
  id: description.id,
  name: description.name,
  type: PluginType.datasource,
  module: '',
  baseUrl: '',
  info: { ...description.info, author: { name: description.info.author.name }, links: [] },
  metrics: description.metrics,
  alerting: description.alerting,
};

/** The data sources that the server has. All are Unjam's. */
export class WorkbenchSources implements DataSourceSrv {
  private readonly settings: Settings[];
  private readonly instances = new Map<string, CoordinatorDataSource>();

  constructor(
    sources: BootSource[],
    private readonly templates: TemplateSrv
  ) {
    this.settings = sources.map(({ id, uid, name, type, jsonData }) => ({
      id,
      uid,
      name,
      type,
      jsonData,
      meta: META,
      readOnly: true,
      access: 'proxy',
    }));
  }

  async get(reference?: Reference, scoped?: ScopedVars): Promise<DataSourceApi> {
    // Grafana promises a data source that takes any query, and hands out the plugin's own, which does not.
    const hidden: unknown = this.instance(reference, scoped);
    return hidden as DataSourceApi;
  }

  /** The running data source. */
  instance(reference: Reference, scoped?: ScopedVars): CoordinatorDataSource {
    const settings = this.getInstanceSettings(reference, scoped);
    if (!settings) {
      throw new Error(`There is no data source ${JSON.stringify(reference)}.`);
    }
    let instance = this.instances.get(settings.uid);
    if (!instance) {
      const { rawRef: _, ...own } = settings;
      instance = new plugin.DataSourceClass(own);
      this.instances.set(settings.uid, instance);
    }
    return instance;
  }

  getList({ type, pluginId, filter }: GetDataSourceListFilters = {}): Settings[] {
    const types = type === undefined ? undefined : [type].flat();
    return this.settings.filter(
      (one) =>
        (types === undefined || types.includes(one.type)) &&
        (pluginId === undefined || pluginId === one.type) &&
        (filter === undefined || filter(one))
    );
  }

  getInstanceSettings(reference?: Reference, scoped?: ScopedVars): Settings | undefined {
    const asked = typeof reference === 'string' ? reference : reference?.uid;
    if (!asked) {
      return this.settings[0];
    }
    const uid = this.templates.replace(asked, scoped);
    const found = this.settings.find((one) => one.uid === uid || one.name === uid);
    if (!found || uid === asked) {
      return found;
    }
    // As in Grafana: the settings carry the variable, and rawRef what it stands for.
    return { ...found, uid: asked, name: asked, rawRef: { type: found.type, uid: found.uid } };
  }

  async reload(): Promise<void> {
    // They do not change while the server runs.
  }

  registerRuntimeDataSource(): void {
    // Unjam registers none.
  }
}
