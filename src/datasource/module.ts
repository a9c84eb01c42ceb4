import { DataSourcePlugin } from '@grafana/data';

// First: what is imported below may load more.
import './publicPath';

import { startTranslations } from '../i18n/start';
import { COORDINATOR_TYPE } from '../model/plugins';
import { CoordinatorDataSource } from './datasource';
import { ConfigEditor, QueryEditor } from './editors';
import { type UnjamQuery } from './query';
import { type CoordinatorSecrets, type CoordinatorSettings } from './settings';

startTranslations(COORDINATOR_TYPE);

export const plugin = new DataSourcePlugin<CoordinatorDataSource, UnjamQuery, CoordinatorSettings, CoordinatorSecrets>(
  CoordinatorDataSource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
