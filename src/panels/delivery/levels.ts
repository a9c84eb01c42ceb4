import { t } from '../../i18n/text';
import { type PairRow } from '../../model/delivery';
import { type DeliveryOptions } from './options';

/**
 * How a pair stands, from well to worst:
 * - `well`: events get through, and none is known to be lost.
 * - `not seen`: nothing can be concluded, neither good nor bad.
 * - `returning`: the two see each other again; what was sent meanwhile is being delivered.
 * - `not known`: a loss is over, and it cannot be told what came of it.
 * - `lost`, `soon`, `now`: the peer is lost, and all can still be delivered; how long that holds tells them apart.
 * - `gone`: events are lost for good.
 */
export type Level = 'well' | 'not seen' | 'returning' | 'not known' | 'lost' | 'soon' | 'now' | 'gone';

/** The order in which people read them: the worst first. */
export const LEVELS: readonly Level[] = ['gone', 'now', 'soon', 'lost', 'not known', 'returning', 'not seen', 'well'];

/** A deadline that is nearer than this is "act soon" or "act now" (the alert rules: overflow in 30 min, release in 10). */
const SOON_SECONDS = 30 * 60;
const NOW_SECONDS = 10 * 60;

/** Each level has a symbol and a word, so that no colour is needed to tell them apart. */
export const SYMBOLS: Record<Level, string> = {
  well: '✓',
  'not seen': '?',
  returning: '↻',
  'not known': '??',
  lost: '!',
  soon: '!!',
  now: '!!!',
  gone: '×',
};

/** The word for a level. */
export function levelWord(level: Level): string {
  switch (level) {
    case 'well':
      return t('panels.level.well', 'reachable');
    case 'not seen':
      return t('panels.level.not-seen', 'not seen');
    case 'returning':
      return t('panels.level.returning', 'returning');
    case 'not known':
      return t('panels.level.not-known', 'outcome not known');
    case 'lost':
      return t('panels.level.lost', 'lost');
    case 'soon':
      return t('panels.level.soon', 'lost, act soon');
    case 'now':
      return t('panels.level.now', 'lost, act now');
    case 'gone':
      return t('panels.level.gone', 'events lost for good');
  }
}

/** How a pair stands at a moment of the server's clock, in milliseconds since 1970. */
export function levelOf(
  pair: PairRow,
  { soonPercent, nowPercent }: Pick<DeliveryOptions, 'soonPercent' | 'nowPercent'>,
  serverTime: number
): Level {
  if (isGone(pair)) {
    return 'gone';
  }
  if (pair.outcome === 'unknown' || (isLossWord(pair) && pair.reach !== 'lost')) {
    return 'not known';
  }
  switch (pair.reach) {
    case 'reachable':
      return 'well';
    case 'returning':
    case 'not seen':
      return pair.reach;
    case 'lost': {
      if (isLossWord(pair)) {
        return 'now';
      }
      const percent = (pair.fillRatio ?? 0) * 100;
      const left = pair.deadline === undefined ? Infinity : (pair.deadline - serverTime) / 1000;
      if (percent >= nowPercent || left <= NOW_SECONDS) {
        return 'now';
      }
      return percent >= soonPercent || left <= SOON_SECONDS ? 'soon' : 'lost';
    }
  }
}

/** Whether events were lost for good on the way. What is merely possible is not called lost (pkg/delivery). */
function isGone(pair: PairRow): boolean {
  return isLossWord(pair) && pair.certainty !== 'possible';
}

function isLossWord({ outcome }: PairRow): boolean {
  return outcome === 'overflowed' || outcome === 'restarted' || outcome === 'released';
}

/** Whether something is to be done, or was. A pair that is not seen proves nothing. */
export function isTrouble(level: Level): boolean {
  return level !== 'well' && level !== 'not seen';
}

/** The word for a pair, which says by what its events were lost. */
export function wordOf(pair: PairRow, level: Level): string {
  return (level === 'gone' ? goneWord(pair.outcome) : undefined) ?? levelWord(level);
}

function goneWord(outcome: PairRow['outcome']): string | undefined {
  switch (outcome) {
    case 'overflowed':
      return t('panels.level.overflowed', 'lost for good: overflowed');
    case 'restarted':
      return t('panels.level.restarted', 'lost for good: restarted');
    case 'released':
      return t('panels.level.released', 'lost for good: released');
    default:
      return undefined;
  }
}
