import { locationUtil, urlUtil } from '@grafana/data';

import { APP_ID } from '../model/plugins';

/** The Job page's path; its query parameters say which job. Links in alert rules and dashboards are written by hand to the same. */
export const JOB_PAGE = `/a/${APP_ID}/job`;

/** Which job the Job page shows. */
export interface JobAddress {
  /** The data source's uid. */
  uid: string;
  /** The coordinator's id of the job, with every digit: text, never a number. */
  id: string;
  /**
   * When the job was created, in milliseconds since 1970: the same id with another create time is another job. Absent
   * where the coordinator does not say, or the link does not know (alert labels); then the newest job of that id is meant.
   */
  createTime?: number;
}

/** The Job page's address for one job, as `/a/unjam-jobs-app/job?ds=…&job=…&created=…`. */
export function jobPageLink({ uid, id, createTime }: JobAddress): string {
  const parameters: Record<string, string> = { ds: uid, job: id };
  if (createTime !== undefined) {
    parameters.created = String(createTime);
  }
  return urlUtil.renderUrl(locationUtil.assureBaseUrl(JOB_PAGE), parameters);
}
