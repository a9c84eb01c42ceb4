import { t } from '../i18n/text';
import catalogue from './metrics.json';

/** One metric as queries name it. */
export interface Metric {
  name: string;
  /** Grafana's unit id. */
  unit: string;
  /** What it tells, for people. */
  help: string;
  /** The labels of its series. They identify and never describe. */
  labels: string[];
  /** True where each job has a series of its own. */
  perJob: boolean;
  /** True where each pair of nodes has a series of its own; absent means false. */
  perPair?: boolean;
  /** True where it is made from the list of jobs, so that filters on jobs apply. */
  ofJobs: boolean;
}

/** Every metric. The backend's catalogue is the same, which a Go test compares (pkg/plugin). */
export const METRICS: readonly Metric[] = catalogue;

/** What a metric tells, in the user's language. */
export function metricHelp({ name, help }: Metric): string {
  return t(`model.metrics.${name}`, help);
}

export function findMetric(name: string): Metric | undefined {
  return METRICS.find((metric) => metric.name === name);
}
