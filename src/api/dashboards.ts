import { getBackendSrv } from '@grafana/runtime';
import { defer, map, type Observable } from 'rxjs';

/** A dashboard that shows Unjam's data. */
export interface DashboardLink {
  uid: string;
  title: string;
  url: string;
}

/** The tag that Unjam's own dashboards carry. */
const DASHBOARD_TAG = 'unjam';

/** The dashboards tagged as Unjam's which the signed-in user may see. */
export function findDashboards(): Observable<DashboardLink[]> {
  return defer(() =>
    getBackendSrv().fetch<DashboardLink[]>({
      url: '/api/search',
      params: { tag: DASHBOARD_TAG, type: 'dash-db' },
      showErrorAlert: false,
    })
  ).pipe(map((response) => response.data.map(({ uid, title, url }) => ({ uid, title, url }))));
}
