import { AppPlugin, type AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense } from 'react';

const LazyOverview = lazy(() => import('./app/OverviewPage').then(({ OverviewPage }) => ({ default: OverviewPage })));
const LazySetup = lazy(() => import('./app/SetupPage').then(({ SetupPage }) => ({ default: SetupPage })));

/** Below the app's root, as plugin.json names it. */
const SETUP_PATH = '/setup';

/** Each of the app's pages is loaded when it is opened, and not with every page of Grafana. */
function App({ path, basename }: AppRootProps) {
  const below = path.slice(basename.length).replace(/\/+$/, '');
  return (
    <Suspense fallback={<LoadingPlaceholder text="Loading Unjam…" />}>
      {below === SETUP_PATH ? <LazySetup /> : <LazyOverview />}
    </Suspense>
  );
}

export const plugin = new AppPlugin().setRootPage(App);
