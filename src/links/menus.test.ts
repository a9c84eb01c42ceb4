import { PluginExtensionPoints, type DataFrame, type PluginExtensionPanelContext } from '@grafana/data';

import { AS_OF, countsFrame, frameRow, jobsFrame } from '../model/testing/frames';
import app from '../plugin.json';
import { alertInstanceLink, alertRuleLink, panelMenuLink } from './menus';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getDataSourceSrv: () => ({
    getInstanceSettings: ({ uid }: { uid: string }) => {
      const meant = uid === '${ds}' ? 'zeta' : uid;
      return meant !== 'zeta'
        ? { uid, name: 'Prometheus', type: 'prometheus' }
        : { uid: meant, name: 'Coordinator zeta', type: 'unjam-coordinator-datasource' };
    },
  }),
}));

/** What Grafana 12.4 gives of a panel (createExtensionContext in PanelMenuBehavior.tsx). */
function panel(uid: string, series: DataFrame[] = []): PluginExtensionPanelContext {
  return {
    id: 1,
    pluginId: 'table',
    title: 'Jobs',
    timeRange: { from: 'now-1h', to: 'now' },
    timeZone: 'utc',
    dashboard: { uid: 'd', title: 'D', tags: [] },
    targets: [{ refId: 'A', datasource: { uid, type: 'unjam-coordinator-datasource' } }],
    scopedVars: {},
    data: { series } as unknown as PluginExtensionPanelContext['data'],
  };
}

/** What it gives of an alert instance (AlertInstanceExtensionPoint.tsx). */
function alert(labels: Record<string, string>, datasourceUid: string) {
  const data = [{ datasourceUid }, { datasourceUid: '__expr__' }];
  return { instance: { labels }, rule: { rulerRule: { grafana_alert: { data } } } };
}

/** As Grafana 12.4 does before it hands it out (getReadOnlyProxy): an object in it is given as another one. */
function guarded<T extends object>(given: T): T {
  return new Proxy(given, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'object' && value !== null ? guarded(value) : value;
    },
  });
}

describe("a panel's menu", () => {
  it("leads to the job where the panel shows one, whatever the panel's kind", () => {
    const one = jobsFrame([frameRow({ job_id: '733584788375666689', create_time: AS_OF })]);
    expect(panelMenuLink.configure?.(panel('${ds}', [one]))).toEqual({
      title: 'Unjam: open job',
      path: `/a/unjam-jobs-app/job?ds=zeta&job=733584788375666689&created=${AS_OF}`,
    });
  });

  it.each<[string, DataFrame[]]>([
    ['several jobs', [jobsFrame([frameRow(), frameRow({ job_id: '2' })])]],
    ['no job', [countsFrame({ running: 3 })]],
    ['nothing yet', []],
  ])('leads to the overview where the panel shows %s', (_, series) => {
    expect(panelMenuLink.configure?.(panel('zeta', series))).toEqual({
      title: 'Unjam: open overview',
      path: '/a/unjam-jobs-app',
    });
  });

  it('knows a job by the label of its series, too', () => {
    const frame = countsFrame({ running: 3 });
    const labelled = { ...frame, fields: frame.fields.map((field) => ({ ...field, labels: { job_id: '7' } })) };
    expect(panelMenuLink.configure?.(panel('zeta', [labelled]))?.path).toBe('/a/unjam-jobs-app/job?ds=zeta&job=7');
  });

  it("has nothing of ours on other data sources' panels", () => {
    expect(panelMenuLink.configure?.(panel('other', [jobsFrame([frameRow()])]))).toBeUndefined();
    expect(panelMenuLink.configure?.(undefined)).toBeUndefined();
  });
});

describe('an alert instance', () => {
  it('leads to its job', () => {
    const labels = { alertname: 'Job stuck', cluster: 'zeta', job_id: '733584788375666689', job_name: 'nightly' };
    expect(alertInstanceLink.configure?.(alert(labels, 'zeta'))?.path).toBe(
      '/a/unjam-jobs-app/job?ds=zeta&job=733584788375666689'
    );
  });

  it('leads there though Grafana guards what it gives, and has frozen it', () => {
    const given = alert({ job_id: '7' }, 'zeta');
    Object.freeze(given.instance);
    Object.freeze(given.rule.rulerRule);
    expect(() => guarded(given).instance.labels).toThrow(TypeError);
    expect(alertInstanceLink.configure?.(guarded(given))?.path).toBe('/a/unjam-jobs-app/job?ds=zeta&job=7');
  });

  it('has nothing of ours where it is about no job, or its rule asks none of our data sources', () => {
    expect(alertInstanceLink.configure?.(alert({ cluster: 'zeta' }, 'zeta'))).toBeUndefined();
    expect(alertInstanceLink.configure?.(alert({ job_id: '7' }, 'other'))).toBeUndefined();
    expect(alertInstanceLink.configure?.({ instance: { labels: { job_id: '7' } } })).toBeUndefined();
    expect(alertInstanceLink.configure?.(undefined)).toBeUndefined();
  });
});

// Grafana loads a plugin for its links by what plugin.json says, and refuses links that it does not name.
it('plugin.json names the links as they are', () => {
  expect(app.extensions.addedLinks).toEqual(
    [panelMenuLink, alertInstanceLink, alertRuleLink].map(({ targets, title, description }) => ({
      targets: [targets],
      title,
      description,
    }))
  );
  expect(app.extensions.addedLinks.flatMap(({ targets }) => targets)).toEqual([
    PluginExtensionPoints.DashboardPanelMenu,
    PluginExtensionPoints.AlertInstanceAction,
    PluginExtensionPoints.AlertingAlertingRuleAction,
  ]);
});
