import { AppPlugin } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense, type ComponentType } from 'react';

import { usePagePath } from './app/pageAddress';
import { startTranslations } from './i18n/start';
import { t } from './i18n/text';
import { alertInstanceLink, alertRuleLink, panelMenuLink } from './links/menus';
import { APP_ID } from './model/plugins';

startTranslations(APP_ID);

const LazyOverview = lazy(() =>
  import('./app/overview/OverviewPage').then(({ OverviewPage }) => ({ default: OverviewPage }))
);

/** The pages below the app's root, by their path as plugin.json and the links name it; the root is the overview. */
const PAGES: Record<string, ComponentType> = {
  '/job': lazy(() => import('./app/job/JobPage').then(({ JobPage }) => ({ default: JobPage }))),
  '/audit': lazy(() => import('./app/audit/AuditPage').then(({ AuditPage }) => ({ default: AuditPage }))),
  '/setup': lazy(() => import('./app/setup/SetupPage').then(({ SetupPage }) => ({ default: SetupPage }))),
};

/** Each of the app's pages is loaded when it is opened, and not with every page of Grafana. */
function App() {
  const Page = PAGES[usePagePath()] ?? LazyOverview;
  return (
    <Suspense fallback={<LoadingPlaceholder text={t('app.loading', 'Loading Unjam…')} />}>
      <Page />
    </Suspense>
  );
}

export const plugin = new AppPlugin()
  .setRootPage(App)
  .addLink(panelMenuLink)
  .addLink(alertInstanceLink)
  .addLink(alertRuleLink);
