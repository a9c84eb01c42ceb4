import { firstValueFrom, of } from 'rxjs';

import { readNotifications, type Route } from '../../api/notifications';
import { destinationsOf, reachOf, type Labels } from './notified';
import routed from './testing/routed.json';

const fetch = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getBackendSrv: () => ({ fetch }),
}));

/** The route as Grafana's answer has it. */
async function rootOf(policy: object): Promise<Route> {
  fetch.mockImplementation(({ url }: { url: string }) => of({ data: url.endsWith('/policies') ? policy : [] }));
  return (await firstValueFrom(readNotifications())).root;
}

const known = (labels: Record<string, string | undefined>): Labels => ({
  known: Object.fromEntries(
    Object.entries(labels).flatMap(([label, value]) => (value === undefined ? [] : [[label, value]]))
  ),
  open: new Set(),
});
const open: Labels = { known: { severity: 'critical' }, open: new Set(['job_name']) };
const onJob = { label: 'job_name', operator: '=~', value: 'etl.*' };

describe('where a notification policy sends an alert', () => {
  // Policies as Grafana 12.4.0 answered, and where its Alertmanager sent firing alerts under each of them.
  describe.each(routed.cases)('$what', ({ policy, alerts }) => {
    it.each(alerts)('$labels.alertname, $labels.job_name', async ({ labels, receivers }) => {
      const destinations = destinationsOf(await rootOf(policy), known(labels));
      const decided = destinations.filter(({ depends }) => depends.length === 0);
      if (JSON.stringify(policy).includes('[[:')) {
        // The browser does not understand it, and says so.
        expect(destinations.map(({ contactPoint }) => contactPoint)).toEqual(expect.arrayContaining(receivers));
      } else {
        expect(decided.map(({ contactPoint }) => contactPoint)).toEqual(receivers);
      }
    });
  });

  it('with the mute timings of the route that takes it, and of no other', async () => {
    const routes = [
      { receiver: 'pager', mute_time_intervals: ['nights'], routes: [{ active_time_intervals: ['day'] }] },
    ];
    expect(destinationsOf(await rootOf({ receiver: 'mail', routes }), open)).toEqual([
      { contactPoint: 'pager', mutes: [], actives: ['day'], depends: [] },
    ]);
  });

  it('is told both ways where it depends on what differs from alert to alert', async () => {
    const routes = [{ receiver: 'pager', object_matchers: [['job_name', '=~', 'etl.*']] }];
    expect(destinationsOf(await rootOf({ receiver: 'mail', routes }), open)).toEqual([
      { contactPoint: 'pager', mutes: [], actives: [], depends: [onJob] },
      { contactPoint: 'mail', mutes: [], actives: [], depends: [onJob] },
    ]);
  });

  it.each<[string, object]>([
    ['an expression', { object_matchers: [['severity', '=~', '[[:alpha:]]+']] }],
    ['an operator', { object_matchers: [['severity', '~~', 'x']] }],
    ['a triple', { object_matchers: [['severity']] }],
    ['a written matcher', { matchers: ['severity'] }],
    ['quotes', { matchers: ['severity="\\x"'] }],
  ])('is not decided by %s that is not understood', async (_, matchers) => {
    const root = await rootOf({ receiver: 'mail', routes: [{ receiver: 'pager', ...matchers }] });
    expect(destinationsOf(root, open).map(({ depends }) => depends.length)).toEqual([1, 1]);
  });
});

describe('whether a contact point reaches somebody', () => {
  const integrations = [
    { contactPoint: 'pager', type: 'webhook', addresses: '' },
    { contactPoint: 'default', type: 'email', addresses: '<example@email.com>' },
    { contactPoint: 'mail', type: 'email', addresses: 'jobs@company.com' },
    { contactPoint: 'mail', type: 'slack', addresses: '' },
  ];
  it.each([
    ['pager', ['webhook'], ''],
    ['default', ['email'], 'example address'],
    ['mail', ['email', 'slack'], ''],
    ['empty', [], 'nothing in it'],
  ])('%s', (contactPoint, types, gap) => {
    expect(reachOf({ integrations }, contactPoint)).toEqual({ contactPoint, types, gap });
  });
});
