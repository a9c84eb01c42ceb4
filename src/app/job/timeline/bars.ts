import { type Quality } from '../../../model/age';
import { type Episode } from '../../../model/job';
import { type JobState } from '../../../model/states';
import { type Span } from '../address';
import { isEnd } from '../standing';

/** A stretch of the timeline. Times are in milliseconds since 1970, and lie within the range that is shown. */
export interface Bar {
  /**
   * - `state`: the job was seen in it.
   * - `end`: it had ended so, for good.
   * - `unseen`: nobody saw it; state is the last that was seen.
   */
  kind: 'state' | 'end' | 'unseen';
  state: JobState;
  from: number;
  to: number;
  /** Since when it is so, also where that lies before the range. */
  since: number;
  quality: Quality;
  /** The last look that did not show it so: it began after that. Only where the quality is observed. */
  notBefore?: number;
  /** It goes on at the end of the range. */
  lasts: boolean;
}

interface Merged {
  episode: Episode;
  until?: number;
  lastSeen?: number;
  missingSince?: number;
  notBefore?: number;
}

/**
 * The stretches of a range, in order.
 *
 * @param seenUntil the last look at the job's coordinator; a state that lasts is not known after it. Undefined: until now.
 */
export function barsOf(episodes: Episode[], { from, to }: Span, seenUntil: number | undefined): Bar[] {
  return merged(episodes)
    .flatMap((one) => pieces(one, to, seenUntil))
    .filter((bar) => bar.to >= from && bar.from <= to)
    .map((bar) => ({ ...bar, from: Math.max(bar.from, from), to: Math.min(bar.to, to) }));
}

/** A change of master begins another episode of the same state: to people it is the same stretch. */
function merged(episodes: Episode[]): Merged[] {
  const all: Merged[] = [];
  for (const episode of [...episodes].sort((a, b) => a.since - b.since)) {
    const { until, lastSeen, missingSince } = episode;
    const before = all.at(-1);
    if (before && before.episode.state === episode.state && episode.since <= (before.until ?? Infinity)) {
      Object.assign(before, { until, lastSeen, missingSince });
    } else {
      all.push({ episode, until, lastSeen, missingSince, notBefore: before?.lastSeen });
    }
  }
  return all;
}

function pieces({ episode, until, lastSeen, missingSince, notBefore }: Merged, now: number, seenUntil?: number): Bar[] {
  const { state, since, quality } = episode;
  const bar: Bar = { kind: 'state', state, from: since, to: until ?? now, since, quality, lasts: until === undefined };
  if (quality === 'observed' && notBefore !== undefined && notBefore < since) {
    bar.notBefore = notBefore;
  }
  if (isEnd(episode)) {
    return [{ ...bar, kind: 'end', to: now, lasts: false }];
  }
  const seen = until === undefined ? (missingSince ?? unseenSince(lastSeen, seenUntil)) : undefined;
  if (seen === undefined || seen >= now) {
    return [bar];
  }
  const cut = Math.max(seen, since);
  return [
    { ...bar, to: cut, lasts: false },
    { kind: 'unseen', state, from: cut, to: now, since: cut, quality: 'at least', lasts: true },
  ];
}

/** A coordinator that is not seen shows nothing: since the last look nobody knows. */
function unseenSince(lastSeen: number | undefined, seenUntil: number | undefined): number | undefined {
  return seenUntil === undefined ? undefined : (lastSeen ?? seenUntil);
}
