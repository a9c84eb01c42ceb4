import { FieldType, type DataFrame, type Field } from '@grafana/data';

import { AS_OF } from './frames';

const MINUTE = 60_000;

/** One row of a delivery frame, as the backend sends it: times in milliseconds since 1970, null for what is not exposed. */
export interface PairFrameRow {
  cluster: string;
  node: string;
  peer: string;
  reach: string;
  outcome: string;
  certainty: string;
  lost_since: number | null;
  lost_since_quality: string;
  sent_since_loss: number | null;
  sent_since_loss_least: number | null;
  limit: number | null;
  fill_ratio: number | null;
  sent_bytes: number | null;
  undelivered: number | null;
  inbound_held: number | null;
  inbound_left_seconds: number | null;
  releases: number;
  overflow_in_seconds: number | null;
  deadline: number | null;
  deadline_of: string;
  executions_left: number | null;
  node_started: number | null;
  estimate: boolean;
  outlook: string;
  advice: string;
  not_exposed: string;
}

/** A pair between which events get through. */
export function pairRow(change: Partial<PairFrameRow> = {}): PairFrameRow {
  return {
    cluster: 'clover',
    node: 'node01',
    peer: 'node02',
    reach: 'reachable',
    outcome: '',
    certainty: '',
    lost_since: null,
    lost_since_quality: '',
    sent_since_loss: null,
    sent_since_loss_least: null,
    limit: 10_000,
    fill_ratio: 0,
    sent_bytes: 0,
    undelivered: 0,
    inbound_held: 0,
    inbound_left_seconds: null,
    releases: 0,
    overflow_in_seconds: null,
    deadline: null,
    deadline_of: '',
    executions_left: null,
    node_started: AS_OF - 24 * 60 * MINUTE,
    estimate: false,
    outlook: '',
    advice: '',
    not_exposed: '',
    ...change,
  };
}

/** A pair that lost contact 20 minutes ago: 3,800 of 10,000 events wait, and the inbound timeout strikes first. */
export function lostPairRow(change: Partial<PairFrameRow> = {}): PairFrameRow {
  return pairRow({
    reach: 'lost',
    outcome: 'waiting for retransmission',
    certainty: 'likely',
    lost_since: AS_OF - 20 * MINUTE,
    lost_since_quality: 'observed',
    sent_since_loss: 3800,
    sent_since_loss_least: 3720,
    fill_ratio: 0.38,
    sent_bytes: 7_600_000,
    undelivered: 3720,
    inbound_left_seconds: 40 * 60,
    overflow_in_seconds: 53 * 60,
    deadline: AS_OF + 40 * MINUTE,
    deadline_of: 'inbound timeout',
    executions_left: 2066,
    outlook: 'will recover',
    advice: 'Restore the network before the deadline. Do not restart node01.',
    ...change,
  });
}

/** A pair whose events are lost for good, since more was sent than the buffer holds. */
export function gonePairRow(change: Partial<PairFrameRow> = {}): PairFrameRow {
  return lostPairRow({
    reach: 'reachable',
    outcome: 'overflowed',
    certainty: 'proven',
    sent_since_loss: 10_400,
    sent_since_loss_least: 10_120,
    fill_ratio: 1.04,
    undelivered: 400,
    inbound_left_seconds: null,
    overflow_in_seconds: null,
    deadline: null,
    deadline_of: '',
    executions_left: 0,
    outlook: 'cannot recover',
    advice: 'Abort the parents that wait, and run them again. Raise the limit.',
    ...change,
  });
}

const TYPES: Record<keyof PairFrameRow, FieldType> = {
  cluster: FieldType.string,
  node: FieldType.string,
  peer: FieldType.string,
  reach: FieldType.string,
  outcome: FieldType.string,
  certainty: FieldType.string,
  lost_since: FieldType.time,
  lost_since_quality: FieldType.string,
  sent_since_loss: FieldType.number,
  sent_since_loss_least: FieldType.number,
  limit: FieldType.number,
  fill_ratio: FieldType.number,
  sent_bytes: FieldType.number,
  undelivered: FieldType.number,
  inbound_held: FieldType.number,
  inbound_left_seconds: FieldType.number,
  releases: FieldType.number,
  overflow_in_seconds: FieldType.number,
  deadline: FieldType.time,
  deadline_of: FieldType.string,
  executions_left: FieldType.number,
  node_started: FieldType.time,
  estimate: FieldType.boolean,
  outlook: FieldType.string,
  advice: FieldType.string,
  not_exposed: FieldType.string,
};

/** The frame that the backend's `delivery` query gives for these rows. */
export function deliveryFrame(rows: PairFrameRow[], meta: Record<string, unknown> = {}): DataFrame {
  return {
    refId: 'A',
    name: 'delivery',
    length: rows.length,
    fields: Object.entries(TYPES).map(([name, type]): Field => ({
      name,
      type,
      config: {},
      values: rows.map((row) => Object.entries(row).find(([column]) => column === name)?.[1]),
    })),
    meta: {
      custom: {
        asOf: new Date(AS_OF).toISOString(),
        answeredAt: new Date(AS_OF).toISOString(),
        blind: false,
        complete: true,
        total: rows.length,
        notes: [],
        pollIntervalSeconds: 10,
        exposed: true,
        exposedReason: '',
        restartLoses: [],
        ...meta,
      },
    },
  };
}

/** All pairs of so many nodes, each reachable; change alters those that it knows. */
export function allPairs(
  nodes: number,
  change: (node: number, peer: number) => Partial<PairFrameRow> | undefined = () => undefined
): PairFrameRow[] {
  const name = (index: number) => `node${String(index + 1).padStart(2, '0')}`;
  return Array.from({ length: nodes * nodes }, (_, index) => [Math.floor(index / nodes), index % nodes] as const)
    .filter(([node, peer]) => node !== peer)
    .map(([node, peer]) => pairRow({ ...change(node, peer), node: name(node), peer: name(peer) }));
}
