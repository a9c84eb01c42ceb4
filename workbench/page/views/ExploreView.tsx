import { css } from '@emotion/css';
import {
  applyFieldOverrides,
  CoreApp,
  LoadingState,
  type DataFrame,
  type GrafanaTheme2,
  type PanelData,
} from '@grafana/data';
import { Alert, Button, RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { type CoordinatorDataSource } from '../../../src/datasource/datasource';
import { plugin } from '../../../src/datasource/module';
import { defaultJobsQuery, type UnjamQuery } from '../../../src/datasource/query';
import { usePageLocation } from '../navigation';
import { type WorkbenchSources } from '../services/sources';
import { useQuery } from '../useQuery';
import { FrameTable } from './FrameTable';

/** One query with the real editor, and its answer as it came. */
export function ExploreView({ sources }: { sources: WorkbenchSources }) {
  const styles = useStyles2(getStyles);
  const list = sources.getList();
  const { search } = usePageLocation();
  const [chosen, setChosen] = useState(() => sourceOfLink(search) ?? list[0]?.uid);
  const settings = chosen === undefined ? undefined : sources.getInstanceSettings(chosen);
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Explore</h1>
      {list.length > 1 && (
        <RadioButtonGroup
          aria-label="Data source"
          options={list.map(({ uid, name }) => ({ label: name, value: uid }))}
          value={chosen}
          onChange={setChosen}
        />
      )}
      {settings ? (
        <Pane key={settings.uid} source={sources.instance(settings.uid)} />
      ) : (
        <Alert severity="error" title={`The workbench has no data source ${JSON.stringify(chosen)}.`} />
      )}
    </div>
  );
}

/** The data source that a link to Explore names (src/app/links.ts). */
function sourceOfLink(search: string): string | undefined {
  try {
    const panes: Record<string, { datasource?: string }> = JSON.parse(new URLSearchParams(search).get('panes') ?? '{}');
    return Object.values(panes)[0]?.datasource;
  } catch {
    return undefined;
  }
}

function Pane({ source }: { source: CoordinatorDataSource }) {
  const styles = useStyles2(getStyles);
  const [query, setQuery] = useState<UnjamQuery>(() => ({ ...defaultJobsQuery('A'), datasource: source.getRef() }));
  const question = useMemo(() => ({ source, queries: [query], app: CoreApp.Explore, scopedVars: {} }), [source, query]);
  const { data, ask } = useQuery(question, false);
  const Editor = plugin.components.QueryEditor;
  return (
    <>
      <section aria-label="Query" className={styles.editor}>
        {Editor && <Editor datasource={source} query={query} onChange={setQuery} onRunQuery={() => undefined} />}
        <Button size="sm" icon="sync" variant="secondary" onClick={ask}>
          Run query
        </Button>
      </section>
      {/* Focusable, so that the keyboard can scroll what is wider than the page. */}
      <section aria-label="Answer" className={styles.answer} tabIndex={0}>
        <Answer data={data} />
      </section>
    </>
  );
}

function Answer({ data }: { data: PanelData }) {
  const theme = useTheme2();
  const frames = useMemo<DataFrame[]>(
    () =>
      applyFieldOverrides({
        data: data.series,
        fieldConfig: { defaults: {}, overrides: [] },
        replaceVariables: (text) => text,
        theme,
        timeZone: 'browser',
      }),
    [data.series, theme]
  );
  return (
    <>
      {(data.errors ?? []).map(({ message }) => (
        <Alert key={message} severity="error" title={message ?? 'The query failed, and nothing says why.'} />
      ))}
      {frames.map((frame, index) => (
        <FrameTable key={index} frame={frame} />
      ))}
      {data.state === LoadingState.Done && frames.length === 0 && <p>The answer is empty.</p>}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'grid', gap: theme.spacing(2), padding: theme.spacing(3) }),
  title: css({ margin: 0 }),
  editor: css({ padding: theme.spacing(2), background: theme.colors.background.primary }),
  answer: css({ padding: theme.spacing(2), background: theme.colors.background.primary, overflowX: 'auto' }),
});
