import {
  locationUtil,
  PluginExtensionPoints,
  type DataFrame,
  type PluginExtensionAddedLinkConfig,
  type PluginExtensionPanelContext,
} from '@grafana/data';

import { findSource } from '../api/sources';
import { t } from '../i18n/text';
import { jobPageLink, type JobAddress } from '../jobs/jobPage';
import { APP_ID } from '../model/plugins';

/**
 * What Unjam adds to menus of Grafana. Grafana loads this with every page, since it reads a panel's menu at once: it must
 * stay small, and asks nothing of any server. Titles and targets stand in plugin.json, too. Grafana cuts titles after 25
 * characters, so no id stands in one.
 */

const OVERVIEW = `/a/${APP_ID}`;

/** In a panel's menu: its job's page where it shows one job of ours, the overview where it shows several. */
export const panelMenuLink: PluginExtensionAddedLinkConfig<PluginExtensionPanelContext> = {
  targets: PluginExtensionPoints.DashboardPanelMenu,
  title: 'Unjam: open overview',
  description: "Open Unjam's overview, or the page of the panel's only job.",
  path: OVERVIEW,
  icon: 'process',
  configure: (context) => {
    const uid = context && sourceOfPanel(context);
    if (uid === undefined) {
      return undefined;
    }
    const job = onlyJob(context?.data?.series ?? []);
    return job === undefined
      ? { title: t('links.overview', 'Unjam: open overview'), path: locationUtil.assureBaseUrl(OVERVIEW) }
      : {
          title: t('links.job', 'Unjam: open job'),
          path: jobPageLink({ uid, ...job }),
        };
  },
};

/**
 * What Grafana tells of an alert instance (12.4: AlertInstanceExtensionPoint). Nothing of it is promised by a type of
 * @grafana/data, so all of it may be absent.
 */
interface AlertInstanceContext {
  instance?: { labels?: Record<string, string> };
  rule?: { rulerRule?: { grafana_alert?: { data?: Array<{ datasourceUid?: string }> } } };
}

/**
 * A part of what Grafana gives, as it is. Grafana puts a proxy around it that throws a TypeError where an object in it is
 * frozen, and answers in its store are (12.4: getReadOnlyProxy); a property's descriptor is not changed by it.
 */
function held<T extends object, K extends keyof T>(context: T | undefined, name: K): T[K] | undefined {
  const property: TypedPropertyDescriptor<T[K]> | undefined = context && Object.getOwnPropertyDescriptor(context, name);
  return property?.value;
}

/** At an alert instance of a rule on one of our data sources: the page of its job. */
export const alertInstanceLink: PluginExtensionAddedLinkConfig<AlertInstanceContext> = {
  targets: PluginExtensionPoints.AlertInstanceAction,
  title: 'Unjam: open job',
  description: 'Open the page of the job that this alert is about.',
  path: OVERVIEW,
  icon: 'process',
  configure: (context) => {
    const id = held(context, 'instance')?.labels?.job_id;
    const queries = held(context, 'rule')?.rulerRule?.grafana_alert?.data ?? [];
    const [source] = queries.flatMap(
      ({ datasourceUid }) => (datasourceUid && findSource({ uid: datasourceUid })) || []
    );
    // Grafana itself puts its base in front of this one.
    return id && source
      ? {
          title: t('links.job', 'Unjam: open job'),
          path: locationUtil.stripBaseFromUrl(jobPageLink({ uid: source.uid, id })),
        }
      : undefined;
  },
};

/**
 * At an alert rule: the overview. Grafana shows it only at rules that carry the label `__grafana_origin:
 * plugin/unjam-jobs-app`, which makes them the plugin's own and not to be edited; the shipped ones do not.
 */
export const alertRuleLink: PluginExtensionAddedLinkConfig = {
  targets: PluginExtensionPoints.AlertingAlertingRuleAction,
  title: 'Unjam: open setup',
  description: "Open Unjam's setup page, which tells what of the alert rules is in force.",
  path: `${OVERVIEW}/setup`,
  icon: 'process',
};

/** The data source of ours that a panel asks; undefined where it asks none. */
function sourceOfPanel({ targets, data, scopedVars }: PluginExtensionPanelContext): string | undefined {
  // What was asked names the data source itself; what is written may name a variable.
  const asked = [...(data?.request?.targets ?? []), ...(targets ?? [])];
  const [source] = asked.flatMap(({ datasource }) => (datasource && findSource(datasource, scopedVars)) || []);
  return source?.uid;
}

/** The job that all rows, or all series, of an answer are about; undefined where they are about several, or none. */
function onlyJob(frames: DataFrame[]): Omit<JobAddress, 'uid'> | undefined {
  const ids = new Set(frames.flatMap((frame) => [...valuesOf(frame, 'job_id'), ...labelsOf(frame)]));
  const [id] = ids;
  if (ids.size !== 1 || typeof id !== 'string' || id === '') {
    return undefined;
  }
  const created = new Set(frames.flatMap((frame) => valuesOf(frame, 'create_time')));
  const [createTime] = created;
  return created.size === 1 && typeof createTime === 'number' ? { id, createTime } : { id };
}

function valuesOf({ fields }: DataFrame, name: string): unknown[] {
  return fields.find((field) => field.name === name)?.values ?? [];
}

function labelsOf({ fields }: DataFrame): unknown[] {
  return fields.flatMap(({ labels }) => labels?.job_id ?? []);
}
