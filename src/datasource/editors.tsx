import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense, type ComponentProps, type ReactNode } from 'react';

import { t } from '../i18n/text';
import { type ConfigEditor as Config } from './config/ConfigEditor';
import { type QueryEditor as Query } from './QueryEditor';

// The names tell the weight of the data source from that of the app (scripts/lib/weight.mjs).
const LoadedConfig = lazy(() =>
  import(/* webpackChunkName: "datasource-config" */ './config/ConfigEditor').then(({ ConfigEditor }) => ({
    default: ConfigEditor,
  }))
);
const LoadedQuery = lazy(() =>
  import(/* webpackChunkName: "datasource-query" */ './QueryEditor').then(({ QueryEditor }) => ({
    default: QueryEditor,
  }))
);

/** The editors are loaded when somebody edits, and not with every dashboard. */
export function ConfigEditor(props: ComponentProps<typeof Config>) {
  return (
    <Waiting>
      <LoadedConfig {...props} />
    </Waiting>
  );
}

export function QueryEditor(props: ComponentProps<typeof Query>) {
  return (
    <Waiting>
      <LoadedQuery {...props} />
    </Waiting>
  );
}

function Waiting({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={<LoadingPlaceholder text={t('datasource.editors.loading', 'Loading…')} />}>{children}</Suspense>
  );
}
