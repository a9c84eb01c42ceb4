import { type TimeZone } from '@grafana/schema';

import { formatSince } from '../../model/age';
import { type DeadlineOf, type DeliveryAnswer, type PairRow, type RestartLoss } from '../../model/delivery';
import { type Freshness } from '../../model/freshness';
import { inertName } from '../../model/text';
import { formatMoment } from '../../model/time';
import { fillOf, formatCount, formatRatio, NOT_EXPOSED } from './figures';
import { wordOf, type Level } from './levels';

/** What strikes at the deadline, in the field's words. */
export const DEADLINES: Record<DeadlineOf, string> = {
  '': 'which limit strikes is not told',
  overflow: 'the sent events buffer overflows',
  'inbound timeout': 'the inbound events buffer is released',
};

/** The ids that one sentence names; more of them are counted. */
const NAMED_PARENTS = 10;

/** A pair of nodes by name: "node01 → node02". */
export function pairName({ node, peer }: Pick<PairRow, 'node' | 'peer'>): string {
  return `${inertName(node)} → ${inertName(peer)}`;
}

/** What a cell says to those who hear it. Moments and no countdown: it must not change with every second. */
export function cellLabel(pair: PairRow, level: Level, present: boolean, timeZone: TimeZone): string {
  const fill = fillOf(pair);
  const parts = [
    present ? wordOf(pair, level) : `UNKNOWN, last seen: ${wordOf(pair, level)}`,
    ...(pair.lostSince === undefined ? [] : [formatSince(pair.lostSince, pair.lostSinceQuality, timeZone)]),
    `fill ${fill === undefined ? NOT_EXPOSED : formatRatio(fill)}${pair.estimate ? ' by estimate' : ''}`,
    `undelivered ${pair.undelivered === undefined ? NOT_EXPOSED : formatCount(pair.undelivered)}`,
    ...(pair.deadline === undefined
      ? []
      : [`deadline ${formatMoment(pair.deadline, timeZone)}, when ${DEADLINES[pair.deadlineOf]}`]),
  ];
  return `${inertName(pair.node)} to ${inertName(pair.peer)}: ${parts.join(', ')}`;
}

/** What a node's restart would lose, as a sentence. */
export function restartSentence({ node, events, parents }: RestartLoss): string {
  const lost =
    events === undefined
      ? 'an unknown number of events is'
      : events === 1
        ? '1 event is'
        : `${formatCount(events)} events are`;
  return `${inertName(node)}: ${lost} lost${parentsClause(parents)}.`;
}

function parentsClause(parents: string[]): string {
  if (parents.length === 0) {
    return ', and no known parent waits for them';
  }
  const named = parents.slice(0, NAMED_PARENTS).map((id) => inertName(id));
  const more = parents.length - named.length;
  const ids = `${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
  return parents.length === 1
    ? `, and 1 parent waits for ever (${ids})`
    : `, and ${formatCount(parents.length)} parents wait for ever (${ids})`;
}

/** How many pairs there are of each level. */
export type Counts = ReadonlyMap<Level, number>;

const pairs = (count: number) => (count === 1 ? '1 pair' : `${formatCount(count)} pairs`);

/**
 * The whole matrix in one sentence. It is good news only where all of it is seen: the coordinator just read, the poll
 * complete, no pair left out or not seen.
 */
export function summary(answer: DeliveryAnswer, how: Freshness, counts: Counts, partial: boolean): string {
  const of = (level: Level) => counts.get(level) ?? 0;
  const gone = of('gone');
  const waiting = of('lost') + of('soon') + of('now') + of('returning');
  const bad = [
    ...(gone > 0 ? [`${pairs(gone)} lost events for good`] : []),
    ...(waiting > 0 ? [`${pairs(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for retransmission`] : []),
    ...(of('not known') > 0 ? [`of ${pairs(of('not known'))} the outcome is not known`] : []),
  ].join('; ');
  if (how === 'blind') {
    return bad
      ? `UNKNOWN. When last seen: ${bad}.`
      : 'UNKNOWN: the coordinator is not seen, so nobody knows whether events are lost.';
  }
  if (bad) {
    return `${bad.charAt(0).toUpperCase()}${bad.slice(1)}.`;
  }
  const unseen = of('not seen');
  if (unseen > 0) {
    return `It is not known whether events are lost: ${pairs(unseen)} ${unseen === 1 ? 'is' : 'are'} not seen.`;
  }
  if (!answer.complete) {
    return 'It is not known whether events are lost: the last poll did not read everything.';
  }
  const which = partial ? ' of those shown' : '';
  return how === 'stale'
    ? `Nothing was lost between ${pairs(answer.rows.length)} of nodes${which}.`
    : `Nothing is lost: events get through between all ${pairs(answer.rows.length)} of nodes${which}.`;
}

/** What an answer without pairs says. It is good news only when the last poll succeeded and was complete. */
export function emptyStatement(answer: DeliveryAnswer, how: Freshness, lostOnly: boolean, byNode: boolean): string {
  if (how === 'blind') {
    return "UNKNOWN: the coordinator is not seen, so nobody knows whether events are lost. Look at the data source's health.";
  }
  if (!answer.exposed) {
    return 'It is not known whether events are lost.';
  }
  if (!answer.complete) {
    return 'It is not known whether events are lost: the last poll did not read everything.';
  }
  if (lostOnly) {
    const where = byNode ? ' of these nodes' : '';
    return how === 'stale'
      ? `Nothing was lost between pairs${where}.`
      : `Nothing is lost: no pair of nodes${where} is in trouble.`;
  }
  return byNode ? 'No pair of nodes matches the query.' : 'There is no pair of nodes: the cluster has fewer than two.';
}
