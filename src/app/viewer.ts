import { config } from '@grafana/runtime';

/** Only administrators may see and change data sources. */
export function isAdmin(): boolean {
  const user = config.bootData?.user;
  return user?.orgRole === 'Admin' || user?.isGrafanaAdmin === true;
}
