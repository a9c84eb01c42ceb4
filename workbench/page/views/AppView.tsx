import { PluginType, type AppPluginMeta } from '@grafana/data';
import React from 'react';

import { plugin } from '../../../src/module';
import description from '../../../src/plugin.json';
import { usePageLocation } from '../navigation';

const META: AppPluginMeta = {
  id: description.id,
  name: description.name,
  type: PluginType.app,
  module: '',
  baseUrl: '',
  enabled: true,
  jsonData: {},
  info: { ...description.info, links: [] },
};

/** The app's own pages. */
export function AppView({ home }: { home: string }) {
  const { pathname, search } = usePageLocation();
  const Root = plugin.root;
  if (!Root) {
    return null;
  }
  return (
    <Root
      meta={META}
      basename={home}
      path={pathname}
      query={Object.fromEntries(new URLSearchParams(search))}
      onNavChanged={() => undefined}
    />
  );
}
