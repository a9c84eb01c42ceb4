import {
  CoreApp,
  getDefaultTimeRange,
  toDataFrame,
  type DataFrame,
  type DataQueryRequest,
  type DataSourceInstanceSettings,
  type ScopedVars,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { eventAnnotations } from './annotations';
import { interpolate } from './interpolation';
import {
  defaultJobsQuery,
  defaultMetricQuery,
  isComplete,
  MAX_LIMIT,
  migrateQuery,
  SCHEMA_VERSION,
  type DeliveryQuery,
  type JobsQuery,
  type UnjamQuery,
} from './query';
import { type CoordinatorSettings } from './settings';
import { CoordinatorVariables } from './variables';

/** One data source stands for one coordinator cluster. All that it does beyond template variables happens in Go. */
export class CoordinatorDataSource extends DataSourceWithBackend<UnjamQuery, CoordinatorSettings> {
  // Grafana reads it: with it, any dashboard can show events as annotations.
  override annotations = eventAnnotations;

  constructor(
    instanceSettings: DataSourceInstanceSettings<CoordinatorSettings>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(instanceSettings);
    this.variables = new CoordinatorVariables(this.jobNames, this.nodeNames);
  }

  /**
   * The names of the open jobs, each once, sorted. Read by a query and not by a resource: resources refuse everybody who
   * is not a signed-in person, and dashboards with variables are also read by others.
   */
  readonly jobNames = (): Observable<string[]> =>
    this.names(t('datasource.names.jobs', 'The names of the jobs could not be read.'), ['job_name'], {
      queryType: 'jobs',
      sortBy: 'name',
      limit: MAX_LIMIT,
    });

  /** The names of the nodes between which events are delivered, each once, sorted; read as those of the jobs are. */
  readonly nodeNames = (): Observable<string[]> =>
    this.names(t('datasource.names.nodes', 'The names of the nodes could not be read.'), ['node', 'peer'], {
      queryType: 'delivery',
      limit: MAX_LIMIT,
    });

  private names(otherwise: string, columns: string[], what: Target): Observable<string[]> {
    return this.query(namesRequest(what)).pipe(
      map(({ data, errors = [] }) => {
        // An empty list would say that there are none.
        if (errors.length > 0) {
          throw new Error(errors[0]?.message ?? otherwise);
        }
        const names = data.flatMap((answer) => {
          const frame: DataFrame = toDataFrame(answer);
          return frame.fields.filter(({ name }) => columns.includes(name)).flatMap(({ values }) => values);
        });
        return Array.from(new Set<string>(names)).sort();
      })
    );
  }

  override getDefaultQuery(app: CoreApp): Partial<UnjamQuery> {
    const isAlerting = app === CoreApp.UnifiedAlerting || app === CoreApp.CloudAlerting;
    const { refId: _, ...query } = isAlerting ? defaultMetricQuery('') : defaultJobsQuery('');
    return query;
  }

  /** Drops what says too little to be sent; what this version does not understand is left to the backend to refuse. */
  override filterQuery(query: UnjamQuery): boolean {
    return isComplete(query);
  }

  override applyTemplateVariables(query: UnjamQuery, scopedVars: ScopedVars): UnjamQuery {
    const migration = migrateQuery(query);
    return migration.ok ? interpolate(migration.query, this.templates, scopedVars) : query;
  }

  override interpolateVariablesInQueries(queries: UnjamQuery[], scopedVars: ScopedVars): UnjamQuery[] {
    return queries.map((query) => ({
      ...this.applyTemplateVariables(query, scopedVars),
      datasource: this.getRef(),
    }));
  }
}

type Target = Pick<JobsQuery, 'queryType' | 'sortBy' | 'limit'> | Pick<DeliveryQuery, 'queryType' | 'limit'>;

/** A request for names. The backend answers with what it knows now, whatever the range. */
function namesRequest(what: Target): DataQueryRequest<UnjamQuery> {
  return {
    app: CoreApp.Unknown,
    requestId: `unjam-names-${what.queryType}`,
    interval: '1m',
    intervalMs: 60_000,
    range: getDefaultTimeRange(),
    scopedVars: {},
    startTime: Date.now(),
    timezone: 'browser',
    targets: [{ ...what, refId: 'names', schemaVersion: SCHEMA_VERSION }],
  };
}
