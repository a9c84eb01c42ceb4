import { type DataFrame } from '@grafana/data';

import { t } from '../i18n/text';
import { type Quality } from './age';
import { toConfidence, toOutlook, type Confidence, type Outlook } from './findings';
import {
  figure,
  hasColumns,
  metaOf,
  number,
  quality,
  readReading,
  record,
  rowsOf,
  text,
  texts,
  time,
  type Cell,
  type Reading,
} from './reading';

/** Whether events get from a node to its peer (pkg/delivery). */
export const REACHES = ['reachable', 'lost', 'returning', 'not seen'] as const;
export type Reach = (typeof REACHES)[number];

/** What came, or will come, of a loss (pkg/delivery). */
export const OUTCOMES = [
  '',
  'waiting for retransmission',
  'delivered',
  'overflowed',
  'restarted',
  'released',
  'unknown',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Which of the two limits strikes first. */
export type DeadlineOf = '' | 'overflow' | 'inbound timeout';

/** How events get from a node to a peer, as a row of the backend's `delivery` frame. Undefined figures are not exposed. */
export interface PairRow {
  cluster: string;
  node: string;
  peer: string;
  reach: Reach;
  outcome: Outcome;
  certainty: Confidence;
  /** In milliseconds since 1970, by the server's clock; like all times here. */
  lostSince?: number;
  lostSinceQuality: Quality;
  /** Events sent since the loss, at most and at least. */
  sentSinceLoss?: number;
  sentSinceLossLeast?: number;
  /** The sent events buffer's limit in events. */
  limit?: number;
  /** The greater bound divided by the limit. */
  fillRatio?: number;
  sentBytes?: number;
  undelivered?: number;
  inboundHeld?: number;
  /** When the backend answered. */
  inboundLeftSeconds?: number;
  releases: number;
  /** When the backend answered. */
  overflowInSeconds?: number;
  deadline?: number;
  deadlineOf: DeadlineOf;
  executionsLeft?: number;
  nodeStarted?: number;
  /** What was sent is guessed from finished jobs, since the node does not expose its counter. */
  estimate: boolean;
  outlook: Outlook;
  advice: string;
  /** What cannot be told of the pair, and why. */
  notExposed: string;
}

/** What a node's restart would lose. */
export interface RestartLoss {
  node: string;
  /** Undefined where their number is not exposed. */
  events?: number;
  /** The ids of the parents that wait for them. */
  parents: string[];
}

/** The pairs of one coordinator, and how trustworthy they are. */
export interface DeliveryAnswer extends Reading {
  rows: PairRow[];
  /** Whether the coordinator exposes its event delivery at all, and why not. */
  exposed: boolean;
  exposedReason: string;
  /** The nodes whose restart would lose something. */
  restartLoses: RestartLoss[];
}

/** A frame that is not what the backend's `delivery` query gives; the message says what to do. */
export class NotDeliveryError extends Error {}

/**
 * Reads a frame of the `delivery` query, in the backend's order: the earliest deadline first.
 *
 * @throws NotDeliveryError when the frame is of another kind.
 */
export function readDelivery(frame: DataFrame): DeliveryAnswer {
  if (!hasColumns(frame, ['node', 'peer', 'reach'])) {
    throw new NotDeliveryError(
      t(
        'model.delivery.no-pairs',
        'This is no list of pairs of nodes. Choose an Unjam coordinator as data source and "Delivery" as query type.'
      )
    );
  }
  const custom = metaOf(frame);
  return {
    ...readReading(frame),
    rows: rowsOf(frame).map(readPair),
    // Without the backend's word for it, nothing is taken for exposed.
    exposed: custom.exposed === true,
    exposedReason: text(custom.exposedReason),
    restartLoses: (Array.isArray(custom.restartLoses) ? custom.restartLoses : []).map(readLoss),
  };
}

function readPair(cell: Cell): PairRow {
  return {
    cluster: text(cell('cluster')),
    node: text(cell('node')),
    peer: text(cell('peer')),
    // A word that this version does not know proves nothing: above all not that all is well.
    reach: known(REACHES, cell('reach')) ?? 'not seen',
    outcome: known(OUTCOMES, cell('outcome') ?? '') ?? 'unknown',
    certainty: toConfidence(text(cell('certainty'))),
    lostSince: time(cell('lost_since')),
    lostSinceQuality: quality(cell('lost_since_quality')),
    sentSinceLoss: figure(cell('sent_since_loss')),
    sentSinceLossLeast: figure(cell('sent_since_loss_least')),
    limit: figure(cell('limit')),
    fillRatio: figure(cell('fill_ratio')),
    sentBytes: figure(cell('sent_bytes')),
    undelivered: figure(cell('undelivered')),
    inboundHeld: figure(cell('inbound_held')),
    inboundLeftSeconds: figure(cell('inbound_left_seconds')),
    releases: number(cell('releases'), 0),
    overflowInSeconds: figure(cell('overflow_in_seconds')),
    deadline: time(cell('deadline')),
    deadlineOf: known(['overflow', 'inbound timeout'] as const, cell('deadline_of')) ?? '',
    executionsLeft: figure(cell('executions_left')),
    nodeStarted: time(cell('node_started')),
    estimate: cell('estimate') === true,
    outlook: toOutlook(text(cell('outlook'))),
    advice: text(cell('advice')),
    notExposed: text(cell('not_exposed')),
  };
}

function readLoss(value: unknown): RestartLoss {
  const { node, events, parents } = record(value);
  return { node: text(node), events: figure(events), parents: texts(parents) };
}

function known<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}
