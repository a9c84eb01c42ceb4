import { COORDINATOR_TYPE } from '../model/plugins';

/** Something to be copied into a file. */
export interface Snippet {
  /** Where it belongs, as a path below Grafana's own folders. */
  file: string;
  text: string;
}

/** A data source for those who have none yet. */
export const FIRST_SOURCE: Snippet = {
  file: 'provisioning/datasources/unjam.yaml',
  text: `apiVersion: 1
datasources:
  - name: SeaTunnel
    uid: seatunnel
    type: ${COORDINATOR_TYPE}
    access: proxy
    jsonData:
      kind: seatunnel # or: cloverdx, generic
      clusterId: production
      urls: [http://seatunnel-master-1:8080, http://seatunnel-master-2:8080]
      workerUrls: [http://seatunnel-worker-1:8080]
      username: unjam
      timeZone: UTC
    secureJsonData:
      password: $SEATUNNEL_PASSWORD
`,
};

/** Where records are kept; it is set by the server's administrator, for all data sources of a Grafana. */
export const STORE: Snippet = {
  file: 'grafana.ini',
  text: `[plugin.${COORDINATOR_TYPE}]
; One Grafana: a file in a folder that lasts, and that only Grafana's user may read.
store = sqlite:/var/lib/grafana/unjam.db
; Several Grafanas that work as one share a PostgreSQL instead:
; store = postgres://unjam:PASSWORD@db.example.org:5432/unjam?sslmode=verify-full
`,
};
