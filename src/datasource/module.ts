import { DataSourcePlugin } from '@grafana/data';

import { ConfigEditor } from './config/ConfigEditor';
import { CoordinatorDataSource } from './datasource';
import { type UnjamQuery } from './query';
import { QueryEditor } from './QueryEditor';
import { type CoordinatorSecrets, type CoordinatorSettings } from './settings';

export const plugin = new DataSourcePlugin<CoordinatorDataSource, UnjamQuery, CoordinatorSettings, CoordinatorSecrets>(
  CoordinatorDataSource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
