import {
  CoreApp,
  EventBusSrv,
  LoadingState,
  type FieldConfigSource,
  type PanelPlugin,
  type ScopedVars,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { PanelChrome } from '@grafana/ui';
import React, { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { type CoordinatorDataSource } from '../../../src/datasource/datasource';
import { migrateQuery } from '../../../src/datasource/query';
import { useQuery } from '../useQuery';

/** A row of a dashboard's grid and the gap below it, in pixels, as in Grafana. */
const GRID_ROW = 38;

const NO_FIELD_CONFIG: FieldConfigSource = { defaults: {}, overrides: [] };

interface Props<Options> {
  plugin: PanelPlugin<Options>;
  /** The plugin's id, as its plugin.json names it. */
  pluginId: string;
  /** The options with which it begins. */
  defaults: Options;
  id: number;
  title: string;
  /** Its height, in rows of a dashboard's grid. */
  rows: number;
  /** Its queries as a dashboard stores them. */
  targets: DataQuery[];
  source: CoordinatorDataSource;
  scopedVars: ScopedVars;
}

/** A panel with the answer to a real query, asked anew every few seconds. */
export function PanelView<Options>(props: Props<Options>) {
  const { plugin, pluginId, defaults, id, title, rows, targets, source, scopedVars } = props;
  const [options, setOptions] = useState(defaults);
  const [eventBus] = useState(() => new EventBusSrv());
  const question = useMemo(
    () => ({
      source,
      queries: targets.flatMap((target) => {
        const migration = migrateQuery(target);
        return migration.ok ? [migration.query] : [];
      }),
      app: CoreApp.Dashboard,
      panelPluginId: pluginId,
      scopedVars,
    }),
    [source, targets, pluginId, scopedVars]
  );
  const { data } = useQuery(question);
  const replaceVariables = useCallback(
    (text: string, more?: ScopedVars) => getTemplateSrv().replace(text, { ...scopedVars, ...more }),
    [scopedVars]
  );
  const [frame, width] = useWidth();
  const Panel = plugin.panel;
  if (!Panel) {
    return null;
  }
  return (
    <div ref={frame}>
      {width > 0 && (
        <PanelChrome
          title={title}
          width={width}
          height={rows * GRID_ROW}
          padding="none"
          loadingState={data.state === LoadingState.Loading ? undefined : data.state}
        >
          {(innerWidth, innerHeight) => (
            <Panel
              id={id}
              title={title}
              data={data}
              timeRange={data.timeRange}
              timeZone="browser"
              options={options}
              onOptionsChange={setOptions}
              fieldConfig={NO_FIELD_CONFIG}
              onFieldConfigChange={() => undefined}
              transparent={false}
              width={innerWidth}
              height={innerHeight}
              renderCounter={0}
              eventBus={eventBus}
              replaceVariables={replaceVariables}
              onChangeTimeRange={() => undefined}
            />
          )}
        </PanelChrome>
      )}
    </div>
  );
}

/** The width of an element, in pixels; 0 before it is known. */
function useWidth(): [React.RefObject<HTMLDivElement>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) {
      return undefined;
    }
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
