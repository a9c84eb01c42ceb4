import { type DataFrame, type PanelData } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';

import { findSource, type Source } from './sources';

/** The data source of ours that a frame came from; undefined when the panel cannot tell. */
export function sourceOf(frame: DataFrame, data: PanelData): Source | undefined {
  const reference = targetOf(frame, data)?.datasource;
  return reference ? findSource(reference, data.request?.scopedVars) : undefined;
}

/** The query that a frame answers; the only one when there is only one. */
export function targetOf(frame: DataFrame, data: PanelData): DataQuery | undefined {
  const targets = data.request?.targets ?? [];
  return targets.find(({ refId }) => refId === frame.refId) ?? (targets.length === 1 ? targets[0] : undefined);
}
