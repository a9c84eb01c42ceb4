import { type Route } from '../../api/notifications';
import { reachOf, receiversOf } from './notified';

const route = (receiver: string, change: Partial<Route> = {}): Route => ({
  receiver,
  matchers: [],
  continues: false,
  routes: [],
  ...change,
});

const POLICY = route('mail', {
  routes: [
    route('audit', { matchers: [{ label: 'severity', operator: '!~', value: 'info|debug' }], continues: true }),
    route('', {
      matchers: [{ label: 'grafana_folder', operator: '=', value: 'Unjam' }],
      routes: [route('pager', { matchers: [{ label: 'severity', operator: '=~', value: 'crit.*' }] })],
    }),
    route('others', { matchers: [{ label: 'cluster', operator: '!=', value: '' }] }),
  ],
});

describe('whom a notification policy tells', () => {
  it.each([
    [{ grafana_folder: 'Unjam', severity: 'critical' }, ['audit', 'pager']],
    [{ grafana_folder: 'Unjam', severity: 'warning' }, ['audit', 'mail']],
    [{ grafana_folder: 'Unjam', severity: 'not critical' }, ['audit', 'mail']],
    [{ grafana_folder: 'Jobs', severity: 'info', cluster: 'zeta' }, ['others']],
    [{ severity: 'debug' }, ['mail']],
  ])('of %j', (labels, receivers) => {
    expect(receiversOf(POLICY, labels)).toEqual(receivers);
  });

  it('is not decided by an expression that nobody understands', () => {
    const broken = route('mail', {
      routes: [route('x', { matchers: [{ label: 'a', operator: '=~', value: '(' }] })],
    });
    expect(receiversOf(broken, { a: '(' })).toEqual(['mail']);
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
    ['gone', [], 'nothing in it'],
  ])('%s', (contactPoint, types, gap) => {
    expect(reachOf({ integrations }, contactPoint)).toEqual({ contactPoint, types, gap });
  });
});
