import { type TimeZone } from '@grafana/schema';

import { t } from '../../../i18n/text';
import { type JobEvent } from '../../../model/events';
import { inertName, SENTENCE } from '../../../model/text';
import { formatMoment } from '../../../model/time';
import { qualityWord } from '../qualities';
import { type Bar } from './bars';

/** One line of the timeline's list. */
export interface Line {
  key: string;
  at: number;
  what: string;
  /** How well the time is known. */
  how: string;
}

/** All of the timeline as a list, the newest first. */
export function linesOf(bars: Bar[], events: JobEvent[]): Line[] {
  return [...bars.map(barLine), ...events.map(eventLine)].sort((a, b) => b.at - a.at);
}

function barLine(bar: Bar): Line {
  const { kind, state, since, quality } = bar;
  return {
    key: `${kind} ${state} ${since}`,
    at: since,
    what: barWords(bar),
    how: kind === 'unseen' ? '' : qualityWord(quality),
  };
}

/** What a stretch of the timeline says. */
export function barWords({ kind, state }: Bar): string {
  const word = state.toUpperCase();
  switch (kind) {
    case 'state':
      return t('app-job.timeline.state', 'State: {{state}}', { state: word });
    case 'end':
      return t('app-job.timeline.end', 'Ended: {{state}}', { state: word });
    case 'unseen':
      return t('app-job.timeline.unseen', 'UNKNOWN: not seen since; it was {{state}}', { state: word });
  }
}

/** A stretch as a sentence, with its ends. */
export function barSentence(bar: Bar, timeZone: TimeZone): string {
  const { since, to, quality, lasts, notBefore, kind } = bar;
  const values = {
    what: barWords(bar),
    since: formatMoment(since, timeZone),
    to: formatMoment(to, timeZone),
    how: qualityWord(quality),
    after: notBefore === undefined ? '' : formatMoment(notBefore, timeZone),
  };
  if (kind === 'unseen') {
    return t('app-job.timeline.unseen-since', '{{what}}. Since {{since}}.', values);
  }
  const begin =
    notBefore === undefined
      ? t('app-job.timeline.since', '{{what}}. Since {{since}} ({{how}}).', values)
      : t('app-job.timeline.between', '{{what}}. Since {{since}} ({{how}}): it began after {{after}}.', values);
  return lasts || kind === 'end' ? begin : `${begin} ${t('app-job.timeline.until', 'Until {{to}}.', values)}`;
}

function eventLine(event: JobEvent): Line {
  return {
    key: `${event.id} ${event.kind}`,
    at: event.at,
    what: eventWords(event),
    how: event.quality && qualityWord(event.quality),
  };
}

/** What an event says: the kind and the sentence are the server's. */
export function eventWords({ kind, sentence }: JobEvent): string {
  return `${inertName(kind)}: ${inertName(sentence, SENTENCE)}`;
}
