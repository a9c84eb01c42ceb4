import { type TimeZone } from '@grafana/schema';

import { t } from '../../i18n/text';
import { formatSince } from '../../model/age';
import { type DeliveryAnswer, type PairRow, type RestartLoss } from '../../model/delivery';
import { type Freshness } from '../../model/freshness';
import { formatNumber, formatRatio, notExposed } from '../../model/numbers';
import { inertName } from '../../model/text';
import { formatMoment } from '../../model/time';
import { fillOf } from './figures';
import { wordOf, type Level } from './levels';

/** What strikes at the deadline, in the field's words. */
export function deadlineOf({ deadlineOf: limit }: Pick<PairRow, 'deadlineOf'>): string {
  switch (limit) {
    case 'overflow':
      return t('panels.deadline.overflow', 'the sent events buffer overflows');
    case 'inbound timeout':
      return t('panels.deadline.inbound', 'the inbound events buffer is released');
    case '':
      return t('panels.deadline.not-told', 'which limit strikes is not told');
  }
}

/** The ids that one sentence names; more of them are counted. */
export const NAMED_PARENTS = 10;

/** A pair of nodes by name: "node01 → node02". */
export function pairName({ node, peer }: Pick<PairRow, 'node' | 'peer'>): string {
  return `${inertName(node)} → ${inertName(peer)}`;
}

/** What a cell says to those who hear it. Moments and no countdown: it must not change with every second. */
export function cellLabel(pair: PairRow, level: Level, present: boolean, timeZone: TimeZone): string {
  const fill = fillOf(pair);
  const word = wordOf(pair, level);
  const fillText = fill === undefined ? notExposed() : formatRatio(fill);
  const parts = [
    present ? word : t('panels.delivery.unknown-last-seen', 'UNKNOWN, last seen: {{word}}', { word }),
    ...(pair.lostSince === undefined ? [] : [formatSince(pair.lostSince, pair.lostSinceQuality, timeZone)]),
    pair.estimate
      ? t('panels.cell.fill-estimate', 'fill {{fill}} by estimate', { fill: fillText })
      : t('panels.cell.fill-of', 'fill {{fill}}', { fill: fillText }),
    t('panels.cell.undelivered-of', 'undelivered {{events}}', {
      events: pair.undelivered === undefined ? notExposed() : formatNumber(pair.undelivered),
    }),
    ...(pair.deadline === undefined
      ? []
      : [
          t('panels.cell.deadline-of', 'deadline {{moment}}, when {{what}}', {
            moment: formatMoment(pair.deadline, timeZone),
            what: deadlineOf(pair),
          }),
        ]),
  ];
  return t('panels.cell.label', '{{node}} to {{peer}}: {{facts}}', {
    node: inertName(pair.node),
    peer: inertName(pair.peer),
    facts: parts.join(', '),
  });
}

/** What a node's restart would lose, as a sentence. */
export function restartSentence({ node, events, parents }: RestartLoss): string {
  const lost =
    events === undefined
      ? t('panels.restart.unknown', 'an unknown number of events is lost')
      : t('panels.restart.events', '{{events}} events are lost', {
          count: events,
          events: formatNumber(events),
          defaultValue_one: '{{events}} event is lost',
          defaultValue_other: '{{events}} events are lost',
        });
  return t('panels.restart.sentence', '{{node}}: {{lost}}, and {{parents}}.', {
    node: inertName(node),
    lost,
    parents: parentsClause(parents),
  });
}

function parentsClause(parents: string[]): string {
  if (parents.length === 0) {
    return t('panels.restart.no-parent', 'no known parent waits for them');
  }
  const named = parents.slice(0, NAMED_PARENTS).map((id) => inertName(id));
  const more = parents.length - named.length;
  const ids =
    more > 0
      ? t('panels.restart.more-ids', '{{ids}} and {{more}} more', { ids: named.join(', '), more: formatNumber(more) })
      : named.join(', ');
  return t('panels.restart.parents', '{{parents}} parents wait for ever ({{ids}})', {
    count: parents.length,
    parents: formatNumber(parents.length),
    ids,
    defaultValue_one: '{{parents}} parent waits for ever ({{ids}})',
    defaultValue_other: '{{parents}} parents wait for ever ({{ids}})',
  });
}

/** How many pairs there are of each level. */
export type Counts = ReadonlyMap<Level, number>;

function pairs(count: number): string {
  return t('panels.delivery.pairs', '{{pairs}} pairs', {
    count,
    pairs: formatNumber(count),
    defaultValue_one: '{{pairs}} pair',
    defaultValue_other: '{{pairs}} pairs',
  });
}

/**
 * The whole matrix in one sentence. It is good news only where all of it is seen: the coordinator just read, the poll
 * complete, no pair left out or not seen.
 */
export function summary(answer: DeliveryAnswer, how: Freshness, counts: Counts, partial: boolean): string {
  const of = (level: Level) => counts.get(level) ?? 0;
  const bad = badNews(of('gone'), of('lost') + of('soon') + of('now') + of('returning'), of('not known'));
  if (how === 'blind') {
    return bad
      ? t('panels.delivery.blind-bad', 'UNKNOWN. When last seen: {{bad}}.', { bad })
      : t('panels.delivery.blind', 'UNKNOWN: the coordinator is not seen, so nobody knows whether events are lost.');
  }
  if (bad) {
    return t('panels.delivery.bad', '{{bad}}.', { bad: `${bad.charAt(0).toUpperCase()}${bad.slice(1)}` });
  }
  const unseen = of('not seen');
  if (unseen > 0) {
    return t('panels.delivery.unseen', 'It is not known whether events are lost: {{pairs}} are not seen.', {
      count: unseen,
      pairs: pairs(unseen),
      defaultValue_one: 'It is not known whether events are lost: {{pairs}} is not seen.',
      defaultValue_other: 'It is not known whether events are lost: {{pairs}} are not seen.',
    });
  }
  if (!answer.complete) {
    return t(
      'panels.delivery.incomplete',
      'It is not known whether events are lost: the last poll did not read everything.'
    );
  }
  return goodNews(pairs(answer.rows.length), how === 'stale', partial);
}

function badNews(gone: number, waiting: number, notKnown: number): string {
  return [
    ...(gone > 0 ? [t('panels.delivery.bad-gone', '{{pairs}} lost events for good', { pairs: pairs(gone) })] : []),
    ...(waiting > 0
      ? [
          t('panels.delivery.bad-waiting', '{{pairs}} wait for retransmission', {
            count: waiting,
            pairs: pairs(waiting),
            defaultValue_one: '{{pairs}} waits for retransmission',
            defaultValue_other: '{{pairs}} wait for retransmission',
          }),
        ]
      : []),
    ...(notKnown > 0
      ? [t('panels.delivery.bad-not-known', 'of {{pairs}} the outcome is not known', { pairs: pairs(notKnown) })]
      : []),
  ].join(t('panels.delivery.bad-and', '; '));
}

function goodNews(all: string, isStale: boolean, partial: boolean): string {
  const values = { pairs: all };
  if (isStale) {
    return partial
      ? t('panels.delivery.well-past-partial', 'Nothing was lost between {{pairs}} of nodes of those shown.', values)
      : t('panels.delivery.well-past', 'Nothing was lost between {{pairs}} of nodes.', values);
  }
  return partial
    ? t(
        'panels.delivery.well-partial',
        'Nothing is lost: events get through between all {{pairs}} of nodes of those shown.',
        values
      )
    : t('panels.delivery.well', 'Nothing is lost: events get through between all {{pairs}} of nodes.', values);
}

/** What an answer without pairs says. It is good news only when the last poll succeeded and was complete. */
export function emptyStatement(answer: DeliveryAnswer, how: Freshness, lostOnly: boolean, byNode: boolean): string {
  if (how === 'blind') {
    return t(
      'panels.delivery.empty-blind',
      "UNKNOWN: the coordinator is not seen, so nobody knows whether events are lost. Look at the data source's health."
    );
  }
  if (!answer.exposed) {
    return t('panels.delivery.empty-not-exposed', 'It is not known whether events are lost.');
  }
  if (!answer.complete) {
    return t(
      'panels.delivery.incomplete',
      'It is not known whether events are lost: the last poll did not read everything.'
    );
  }
  if (lostOnly) {
    return noTrouble(how === 'stale', byNode);
  }
  return byNode
    ? t('panels.delivery.no-match', 'No pair of nodes matches the query.')
    : t('panels.delivery.no-pair', 'There is no pair of nodes: the cluster has fewer than two.');
}

function noTrouble(isStale: boolean, byNode: boolean): string {
  if (isStale) {
    return byNode
      ? t('panels.delivery.no-trouble-past-nodes', 'Nothing was lost between pairs of these nodes.')
      : t('panels.delivery.no-trouble-past', 'Nothing was lost between pairs.');
  }
  return byNode
    ? t('panels.delivery.no-trouble-nodes', 'Nothing is lost: no pair of nodes of these nodes is in trouble.')
    : t('panels.delivery.no-trouble', 'Nothing is lost: no pair of nodes is in trouble.');
}
