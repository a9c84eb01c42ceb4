import { css } from '@emotion/css';
import { type GrafanaTheme2, type ScopedVars } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Alert, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import dashboard from '../../../provisioning/dashboards/stuck-jobs.json';
import { type CoordinatorDataSource } from '../../../src/datasource/datasource';
import panelDescription from '../../../src/panels/stuck-jobs/plugin.json';
import { usePageLocation } from '../navigation';
import { type WorkbenchSources } from '../services/sources';
import { StuckJobsView } from './StuckJobsView';

/** The provisioned dashboard's own names for its variables. */
const SOURCE_PARAMETER = 'var-ds';
const JOB_PARAMETER = 'var-job';

/** The panels of Unjam on the provisioned dashboard. Its other panels are Grafana's, and are not here. */
export function DashboardView({ sources }: { sources: WorkbenchSources }) {
  const styles = useStyles2(getStyles);
  const parameters = new URLSearchParams(usePageLocation().search);
  const list = sources.getList();
  const chosen = parameters.get(SOURCE_PARAMETER) ?? list[0]?.uid ?? '';
  const job = parameters.get(JOB_PARAMETER) ?? '';
  if (!sources.getInstanceSettings(chosen)) {
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
      <Panels source={sources.instance(chosen)} uid={chosen} job={job} />
    </div>
  );
}

function Panels({ source, uid, job }: { source: CoordinatorDataSource; uid: string; job: string }) {
  const scopedVars = useMemo<ScopedVars>(
    () => ({ ds: { text: uid, value: uid }, job: { text: job, value: job } }),
    [uid, job]
  );
  return dashboard.panels
    .filter(({ type }) => type === panelDescription.id)
    .map((panel) => (
      <StuckJobsView
        key={panel.id}
        id={panel.id}
        title={panel.title}
        rows={panel.gridPos.h}
        targets={panel.targets}
        source={source}
        scopedVars={scopedVars}
      />
    ));
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'grid', gap: theme.spacing(2), padding: theme.spacing(3) }),
  title: css({ margin: 0 }),
});
