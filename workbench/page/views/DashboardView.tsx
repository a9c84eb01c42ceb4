import { css } from '@emotion/css';
import { type GrafanaTheme2, type ScopedVars } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Alert, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import dashboard from '../../../provisioning/dashboards/stuck-jobs.json';
import { type CoordinatorDataSource } from '../../../src/datasource/datasource';
import { SCHEMA_VERSION } from '../../../src/datasource/query';
import { kindOf, type CoordinatorKind } from '../../../src/datasource/settings';
import { plugin as deliveryPlugin } from '../../../src/panels/delivery/module';
import { DEFAULT_OPTIONS as DELIVERY_OPTIONS } from '../../../src/panels/delivery/options';
import deliveryDescription from '../../../src/panels/delivery/plugin.json';
import { plugin as stuckJobsPlugin } from '../../../src/panels/stuck-jobs/module';
import { DEFAULT_OPTIONS as STUCK_JOBS_OPTIONS } from '../../../src/panels/stuck-jobs/options';
import stuckJobsDescription from '../../../src/panels/stuck-jobs/plugin.json';
import { usePageLocation } from '../navigation';
import { type WorkbenchSources } from '../services/sources';
import { PanelView } from './PanelView';

/** The provisioned dashboard's own names for its variables. */
const SOURCE_PARAMETER = 'var-ds';
const JOB_PARAMETER = 'var-job';

/** The kinds of coordinators that may expose the delivery of events between their nodes. */
const WITH_DELIVERY: readonly CoordinatorKind[] = ['cloverdx', 'generic'];
/** The delivery panel, as tall as it takes to read three nodes; in rows of a dashboard's grid. */
const DELIVERY_ROWS = 18;
const DELIVERY_TARGETS = [{ refId: 'A', queryType: 'delivery', schemaVersion: SCHEMA_VERSION }];

/** The panels of Unjam on the provisioned dashboard. Its other panels are Grafana's, and are not here. */
export function DashboardView({ sources }: { sources: WorkbenchSources }) {
  const styles = useStyles2(getStyles);
  const parameters = new URLSearchParams(usePageLocation().search);
  const list = sources.getList();
  const chosen = parameters.get(SOURCE_PARAMETER) ?? list[0]?.uid ?? '';
  const job = parameters.get(JOB_PARAMETER) ?? '';
  const settings = sources.getInstanceSettings(chosen);
  if (!settings) {
    return <Alert severity="error" title={`The workbench has no data source ${JSON.stringify(chosen)}.`} />;
  }
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{dashboard.title}</h1>
      {list.length > 1 && (
        <RadioButtonGroup
          aria-label="Coordinator"
          options={list.map(({ uid, name }) => ({ label: name, value: uid }))}
          value={chosen}
          onChange={(uid) => locationService.partial({ [SOURCE_PARAMETER]: uid })}
        />
      )}
      <Panels key={chosen} source={sources.instance(chosen)} kind={kindOf(settings.jsonData)} uid={chosen} job={job} />
    </div>
  );
}

interface PanelsProps {
  source: CoordinatorDataSource;
  kind: CoordinatorKind;
  uid: string;
  job: string;
}

function Panels({ source, kind, uid, job }: PanelsProps) {
  const scopedVars = useMemo<ScopedVars>(
    () => ({ ds: { text: uid, value: uid }, job: { text: job, value: job } }),
    [uid, job]
  );
  return (
    <>
      {dashboard.panels
        .filter(({ type }) => type === stuckJobsDescription.id)
        .map((panel) => (
          <PanelView
            key={panel.id}
            plugin={stuckJobsPlugin}
            pluginId={stuckJobsDescription.id}
            defaults={STUCK_JOBS_OPTIONS}
            id={panel.id}
            title={panel.title}
            rows={panel.gridPos.h}
            targets={panel.targets}
            source={source}
            scopedVars={scopedVars}
          />
        ))}
      {WITH_DELIVERY.includes(kind) && (
        <PanelView
          plugin={deliveryPlugin}
          pluginId={deliveryDescription.id}
          defaults={DELIVERY_OPTIONS}
          id={0}
          title={deliveryDescription.name}
          rows={DELIVERY_ROWS}
          targets={DELIVERY_TARGETS}
          source={source}
          scopedVars={scopedVars}
        />
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'grid', gap: theme.spacing(2), padding: theme.spacing(3) }),
  title: css({ margin: 0 }),
});
