import { type DataFrame } from '@grafana/data';

import { type Quality } from './age';
import { parseTime } from './time';

/** How trustworthy an answer is: what every frame of the backend says of itself. */
export interface Reading {
  refId: string;
  /** When the coordinator was last read, in milliseconds since 1970; undefined when never. */
  asOf?: number;
  /** When the backend gave this answer, by its own clock; undefined where it does not say. */
  answeredAt?: number;
  /** The answer must not be taken for the present. */
  blind: boolean;
  /** The last poll succeeded and what it read was whole. */
  complete: boolean;
  /** How many rows match, of which those here may be a page. */
  total: number;
  notes: string[];
  pollIntervalSeconds: number;
}

/** How often the backend polls where the settings say nothing; it stands in for answers that lost their meta, too. */
export const DEFAULT_POLL_INTERVAL_SECONDS = 10;

/** What a frame says of itself. Without the backend's word for it, nothing is taken for the present. */
export function readReading(frame: DataFrame): Reading {
  const custom = metaOf(frame);
  return {
    refId: frame.refId ?? '',
    asOf: time(custom.asOf),
    answeredAt: time(custom.answeredAt),
    blind: custom.blind !== false,
    complete: custom.complete === true,
    total: number(custom.total, frame.length),
    notes: texts(custom.notes),
    pollIntervalSeconds: number(custom.pollIntervalSeconds, DEFAULT_POLL_INTERVAL_SECONDS),
  };
}

/** The frame's own words of itself, whatever they are. */
export function metaOf(frame: DataFrame): Record<string, unknown> {
  return record(frame.meta?.custom);
}

/** A row's value in the column of that name; undefined where the frame has none. */
export type Cell = (name: string) => unknown;

/** The rows of a frame, each read by the names of its columns. */
export function rowsOf(frame: DataFrame | undefined): Cell[] {
  if (!frame) {
    return [];
  }
  const columns = new Map(frame.fields.map((field) => [field.name, field]));
  return Array.from(
    { length: frame.length },
    (_, row): Cell =>
      (name) =>
        columns.get(name)?.values[row]
  );
}

/** Whether a frame has all these columns. */
export function hasColumns(frame: DataFrame, names: string[]): boolean {
  return names.every((name) => frame.fields.some((field) => field.name === name));
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a list that are not empty. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((one) => one !== '') : [];
}

export function number(value: unknown, otherwise: number): number {
  return figure(value) ?? otherwise;
}

/** A number that is told; undefined where it is not: never 0 in its place. */
export function figure(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A time of a cell, in milliseconds since 1970. */
export function time(value: unknown): number | undefined {
  if (typeof value === 'string') {
    return parseTime(value);
  }
  return typeof value === 'number' && Number.isFinite(value) ? parseTime(new Date(value).toISOString()) : undefined;
}

export function quality(value: unknown): Quality {
  return value === 'exact' || value === 'observed' || value === 'at least' ? value : '';
}
