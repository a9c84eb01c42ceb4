/** Which figure the cells of the matrix show. The others stand in the detail of a pair. */
export type Figure = 'fill' | 'undelivered' | 'deadline';

/** What the user chooses in the panel's options. */
export interface DeliveryOptions {
  figure: Figure;
  /** From this fill on, in percent, a lost pair is "act soon", and from the second on "act now". */
  soonPercent: number;
  nowPercent: number;
}

/** The thresholds are those of the alert rules (provisioning/alerting). */
export const DEFAULT_OPTIONS: DeliveryOptions = { figure: 'fill', soonPercent: 50, nowPercent: 80 };

const FIGURES: readonly Figure[] = ['fill', 'undelivered', 'deadline'];

/** The options of a stored panel as this version has them: what it lacks, or what makes no sense, is as in a new panel. */
export function migrateOptions(stored: object): DeliveryOptions {
  const { figure, soonPercent, nowPercent }: Partial<Record<keyof DeliveryOptions, unknown>> = stored;
  const soon = percent(soonPercent, DEFAULT_OPTIONS.soonPercent);
  const now = percent(nowPercent, DEFAULT_OPTIONS.nowPercent);
  return {
    figure: FIGURES.find((known) => known === figure) ?? DEFAULT_OPTIONS.figure,
    // The other way round, no pair would ever be "act soon".
    soonPercent: Math.min(soon, now),
    nowPercent: Math.max(soon, now),
  };
}

function percent(stored: unknown, otherwise: number): number {
  return typeof stored === 'number' && stored >= 1 && stored <= 100 ? stored : otherwise;
}
