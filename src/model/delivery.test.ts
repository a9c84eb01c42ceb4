import { FieldType } from '@grafana/data';

import { NotDeliveryError, readDelivery } from './delivery';
import { deliveryFrame, gonePairRow, lostPairRow, pairRow } from './testing/deliveryFrames';
import { AS_OF } from './testing/frames';

describe('reading a frame of deliveries', () => {
  it('reads all of a pair, in the order of the server', () => {
    const { rows } = readDelivery(deliveryFrame([lostPairRow(), pairRow({ node: 'node02', peer: 'node01' })]));
    expect(rows.map(({ node }) => node)).toEqual(['node01', 'node02']);
    expect(rows[0]).toMatchObject({
      reach: 'lost',
      outcome: 'waiting for retransmission',
      certainty: 'likely',
      lostSince: AS_OF - 1_200_000,
      lostSinceQuality: 'observed',
      sentSinceLoss: 3800,
      sentSinceLossLeast: 3720,
      fillRatio: 0.38,
      deadline: AS_OF + 2_400_000,
      deadlineOf: 'inbound timeout',
      outlook: 'will recover',
    });
  });

  it('takes what is not exposed for not known, and never for 0', () => {
    const [row] = readDelivery(
      deliveryFrame([pairRow({ limit: null, fill_ratio: null, undelivered: null, inbound_held: null })])
    ).rows;
    for (const figure of [row?.limit, row?.fillRatio, row?.undelivered, row?.inboundHeld]) {
      expect(figure).toBeUndefined();
    }
  });

  it('takes words that it does not know for nothing better than not seen and not known', () => {
    const [row] = readDelivery(
      deliveryFrame([
        gonePairRow({ reach: 'dreaming', outcome: 'fine', certainty: 'sure', outlook: 'rosy', deadline_of: 'doom' }),
      ])
    ).rows;
    expect(row).toMatchObject({ reach: 'not seen', outcome: 'unknown', certainty: '', outlook: '', deadlineOf: '' });
  });

  it('reads what a restart would lose, the number of events where it is told', () => {
    const { restartLoses } = readDelivery(
      deliveryFrame([], {
        restartLoses: [
          { node: 'node02', events: 428, parents: ['117228'] },
          { node: 'node01', events: null, parents: [] },
        ],
      })
    );
    expect(restartLoses).toEqual([
      { node: 'node02', events: 428, parents: ['117228'] },
      { node: 'node01', events: undefined, parents: [] },
    ]);
  });

  it('takes an answer that lost its meta for blind, incomplete and not exposed', () => {
    const { meta: _, ...frame } = deliveryFrame([pairRow()]);
    expect(readDelivery(frame)).toMatchObject({ blind: true, complete: false, exposed: false, restartLoses: [] });
  });

  it('refuses a frame of another kind, saying what to choose', () => {
    const frame = { length: 0, fields: [{ name: 'Value', type: FieldType.number, config: {}, values: [] }] };
    expect(() => readDelivery(frame)).toThrow(NotDeliveryError);
    expect(() => readDelivery(frame)).toThrow(/"Delivery" as query type/);
  });
});
