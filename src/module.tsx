import { AppPlugin } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense } from 'react';

const LazyOverview = lazy(() => import('./app/OverviewPage').then(({ OverviewPage }) => ({ default: OverviewPage })));

/** The app's page is loaded when it is opened, and not with every page of Grafana. */
function App() {
  return (
    <Suspense fallback={<LoadingPlaceholder text="Loading Unjam…" />}>
      <LazyOverview />
    </Suspense>
  );
}

export const plugin = new AppPlugin().setRootPage(App);
