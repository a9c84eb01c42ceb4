import { AppPlugin, type AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense } from 'react';

import { usePagePath } from './app/pagePath';

const LazyOverview = lazy(() => import('./app/OverviewPage').then(({ OverviewPage }) => ({ default: OverviewPage })));
const LazySetup = lazy(() => import('./app/SetupPage').then(({ SetupPage }) => ({ default: SetupPage })));

/** Below the app's root, as plugin.json names it. */
const SETUP_PATH = '/setup';

/** Each of the app's pages is loaded when it is opened, and not with every page of Grafana. */
function App({ basename }: AppRootProps) {
  const path = usePagePath(basename);
  return (
    <Suspense fallback={<LoadingPlaceholder text="Loading Unjam…" />}>
      {path === SETUP_PATH ? <LazySetup /> : <LazyOverview />}
    </Suspense>
  );
}

export const plugin = new AppPlugin().setRootPage(App);
