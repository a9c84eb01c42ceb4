import { formattedValueToString, getValueFormat } from '@grafana/data';

import { t } from '../../i18n/text';
import { formatAge } from '../../model/age';
import { type PairRow } from '../../model/delivery';
import { formatNumber } from '../../model/numbers';

/** Stands where a figure is not exposed, in a cell of a large matrix: never 0. */
export const NOT_EXPOSED_SHORT = '–';

const THOUSAND = 1000;
const MILLION = 1_000_000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "940", "1.2k", "12k", "3.4M": never greater than it is. */
export function shortCount(count: number): string {
  if (count < THOUSAND) {
    return String(count);
  }
  const [unit, letter] = count < MILLION ? [THOUSAND, 'k'] : [MILLION, 'M'];
  const value = count / unit;
  return `${value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value)}${letter}`;
}

/** "10,120–10,400", or one number where both bounds are the same or only the greater one is told. */
export function formatBracket(least: number | undefined, most: number): string {
  return least === undefined || least >= most ? formatNumber(most) : `${formatNumber(least)}–${formatNumber(most)}`;
}

/** "20.3 MiB" */
export function formatBytes(bytes: number): string {
  return formattedValueToString(getValueFormat('bytes')(bytes, 1));
}

/** The time that is left, in its largest unit alone: "38s", "14m", "2h", "5d"; "past" when there is none. */
export function shortRest(seconds: number): string {
  if (seconds <= 0) {
    return t('panels.figure.past', 'past');
  }
  if (seconds < MINUTE) {
    return `${Math.ceil(seconds)}s`;
  }
  if (seconds < HOUR) {
    return `${Math.floor(seconds / MINUTE)}m`;
  }
  return seconds < DAY ? `${Math.floor(seconds / HOUR)}h` : `${Math.floor(seconds / DAY)}d`;
}

/** The time that is left: "14 min 05 s"; "passed" when there is none. */
export function longRest(seconds: number): string {
  return seconds <= 0 ? t('panels.figure.passed', 'passed') : formatAge(Math.ceil(seconds));
}

/** Stands for the fill of a buffer that holds nothing any more, while events were lost: "0 %" would sound well. */
export function notFilling(): string {
  return t('panels.figure.not-filling', 'not filling');
}

/** How full the sent events buffer is. While nothing is lost nothing waits in it, where its limit is told. */
export function fillOf(pair: PairRow): number | undefined {
  return pair.fillRatio ?? (pair.reach === 'reachable' && pair.limit !== undefined ? 0 : undefined);
}
