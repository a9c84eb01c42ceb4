import { config } from '@grafana/runtime';

/**
 * Whether a person is signed in who could be asked to confirm. Public dashboards and anonymous visits have none: they
 * get no buttons. The server refuses them in any case.
 */
export function isPersonSignedIn(): boolean {
  return !config.publicDashboardAccessToken && config.bootData?.user?.isSignedIn === true;
}
