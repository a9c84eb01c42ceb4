import { locationUtil, urlUtil } from '@grafana/data';

import { APP_ID, COORDINATOR_TYPE } from '../model/plugins';

/** The name of the dashboards' data source variable (provisioning/dashboards). */
const SOURCE_VARIABLE = 'ds';

/** Where the documentation is read: the repository's own address, as go.mod names it. */
const DOCUMENTATION = 'https://github.com/unjam/unjam-jobs-app/blob/main/docs';

/** Explore with the data source's default query: its stuck jobs. */
export function exploreLink(uid: string): string {
  const datasource = { type: COORDINATOR_TYPE, uid };
  const panes = {
    unjam: { datasource: uid, queries: [{ refId: 'A', datasource }], range: { from: 'now-1h', to: 'now' } },
  };
  return link('/explore', { schemaVersion: 1, panes: JSON.stringify(panes) });
}

/** The data source's settings, where its health is checked. */
export function settingsLink(uid: string): string {
  return link(`/connections/datasources/edit/${encodeURIComponent(uid)}`);
}

/** The page on which a new data source of ours is made. */
export function newSourceLink(): string {
  return link(`/connections/datasources/${COORDINATOR_TYPE}`);
}

/** The app's pages: the overview at the root, and the others below it. */
export function pageLink(page: 'overview' | 'audit' | 'setup'): string {
  return link(`/a/${APP_ID}${page === 'overview' ? '' : `/${page}`}`);
}

/** The Audit page with a data source's trail: all rows, those of one job, or those of one action or request. */
export function auditLink({ uid, jobId, actionId }: { uid: string; jobId?: string; actionId?: string }): string {
  return urlUtil.renderUrl(pageLink('audit'), {
    ds: uid,
    ...(jobId && { job: jobId }),
    ...(actionId && { action: actionId }),
  });
}

/** A page of the documentation. */
export function docsLink(page: string): string {
  return `${DOCUMENTATION}/${page}`;
}

/** A dashboard, showing one data source by the variable that our dashboards have for it. */
export function dashboardLink(url: string, uid: string): string {
  // Grafana's search already put its base in front.
  return urlUtil.renderUrl(url, { [`var-${SOURCE_VARIABLE}`]: uid });
}

function link(path: string, parameters: Record<string, string | number> = {}): string {
  return urlUtil.renderUrl(locationUtil.assureBaseUrl(path), parameters);
}
