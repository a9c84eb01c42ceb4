import { getBackendSrv } from '@grafana/runtime';
import { defer, map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { FailedError } from './failure';

/** An alert rule of this Grafana, as far as it matters here. */
export interface GrafanaRule {
  uid: string;
  /** Its title. */
  name: string;
  /** The title of the folder in which it stands. */
  folder: string;
  /** The contact point that the rule names itself, past all policies; empty where it names none. */
  receiver: string;
  /** Where it names one: the mute timings in which nobody is told, and those outside of which nobody is. */
  mutes: string[];
  actives: string[];
  /** Of the data sources that it asks. */
  sources: string[];
  severity: string;
  /** Those that the rule itself gives to its alerts. */
  labels: Record<string, string>;
  runbook: string;
  /** Grafana's words: inactive, pending, firing; ok, error, nodata, unknown. */
  state: string;
  health: string;
  isPaused: boolean;
  /** False until its first evaluation; it is called inactive then, too. */
  isEvaluated: boolean;
}

/** Grafana's word for "never". */
const NEVER = '0001-';

/** A rule in Grafana's answer; it comes from another program, so that nothing of it is certain. */
interface Told {
  uid?: string;
  name?: string;
  notificationSettings?: { receiver?: string; mute_time_intervals?: string[]; active_time_intervals?: string[] };
  queriedDatasourceUIDs?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  state?: string;
  health?: string;
  isPaused?: boolean;
  lastEvaluation?: string;
}

interface Answer {
  data?: { groups?: Array<{ file?: string; rules?: Told[] }> };
}

/** The alert rules that the signed-in user may see. Editors, admins and viewers may ask, each for the folders that they see. */
export function readAlertRules(): Observable<GrafanaRule[]> {
  return defer(() =>
    getBackendSrv().fetch<Answer>({ url: '/api/prometheus/grafana/api/v1/rules', showErrorAlert: false })
  ).pipe(map(({ data }) => understood(data)));
}

function understood(answer: Answer): GrafanaRule[] {
  const groups = answer?.data?.groups;
  if (!Array.isArray(groups)) {
    throw new FailedError({
      kind: 'network',
      message: t('api.alert-rules.no-rules', 'Grafana answered with something else than alert rules.'),
    });
  }
  return groups
    .flatMap(({ file = '', rules }) => (rules ?? []).map((rule) => ({ ...rule, folder: file })))
    .map(({ uid, name, folder, notificationSettings, queriedDatasourceUIDs, labels, annotations, ...rest }) => ({
      uid: uid ?? '',
      name: name ?? '',
      folder,
      receiver: notificationSettings?.receiver ?? '',
      mutes: notificationSettings?.mute_time_intervals ?? [],
      actives: notificationSettings?.active_time_intervals ?? [],
      sources: queriedDatasourceUIDs ?? [],
      severity: labels?.severity ?? '',
      labels: labels ?? {},
      runbook: annotations?.runbook_url ?? '',
      state: rest.state ?? '',
      health: rest.health ?? '',
      isPaused: rest.isPaused === true,
      isEvaluated: rest.lastEvaluation !== undefined && !rest.lastEvaluation.startsWith(NEVER),
    }));
}
