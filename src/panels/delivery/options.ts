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
