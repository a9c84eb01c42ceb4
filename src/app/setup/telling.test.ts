import metrics from '../../model/metrics.json';
import { type Notifications, type Route } from '../../api/notifications';
import { SERIES_LABELS, tellingOf, tellingSentences, type PlacedRule } from './telling';

const route = (receiver: string, change: Partial<Route> = {}): Route => ({
  receiver,
  matchers: [],
  continues: false,
  mutes: [],
  actives: [],
  routes: [],
  ...change,
});
const critical = { label: 'severity', operator: '=', value: 'critical' } as const;
const onJob = { label: 'job_name', operator: '=~', value: 'etl.*' } as const;

const rule = (severity: string, own?: PlacedRule['own']): PlacedRule => ({
  labels: { severity },
  folder: 'Unjam',
  own,
});
const RULES = [rule('critical'), rule('warning')];

const integrations = [
  { contactPoint: 'pager', type: 'webhook', addresses: '' },
  { contactPoint: 'default', type: 'email', addresses: '<example@email.com>' },
];
const told = (root: Route, rules = RULES) => {
  const notifications: Notifications = { integrations, root };
  const telling = tellingOf(rules, notifications);
  const { untold, doubtful, muted } = telling;
  return { counts: { untold, doubtful, muted }, text: tellingSentences(telling).join(' ') };
};

describe('whom the alerts of our rules reach', () => {
  it('is somebody, as far as settings can say', () => {
    const { counts, text } = told(route('pager'));
    expect(counts).toEqual({ untold: 0, doubtful: 0, muted: 0 });
    expect(text).toMatch(/"pager" \(webhook\)\. Whether a message arrives only a test shows/);
  });

  it('is nobody where the contact point is empty, as in a new Grafana, or an example', () => {
    expect(told(route('empty')).counts.untold).toBe(2);
    expect(told(route('default', { routes: [route('pager', { matchers: [critical] })] })).counts.untold).toBe(1);
  });

  it('is muted at times, by a route, which its routes do not inherit', () => {
    const muted = route('pager', {
      routes: [route('pager', { mutes: ['nights'], routes: [route('', { matchers: [critical] })] })],
    });
    expect(told(muted)).toEqual({
      counts: { untold: 0, doubtful: 0, muted: 1 },
      text: 'Alerts go to the contact point "pager" (webhook). 1 rule is muted by "nights" at its times: nobody is told then.',
    });
  });

  it('is muted but at times', () => {
    const { counts, text } = told(route('pager', { routes: [route('', { actives: ['office'] })] }));
    expect(counts.muted).toBe(2);
    expect(text).toContain('2 rules are muted but at the times of "office".');
  });

  it('is not muted where another route tells somebody meanwhile', () => {
    const both = [route('pager', { mutes: ['nights'], continues: true }), route('pager')];
    expect(told(route('default', { routes: both })).counts.muted).toBe(0);
  });

  it('is as the rule says where it names a contact point itself', () => {
    const own = { contactPoint: 'pager', mutes: ['nights'], actives: [] };
    expect(told(route('empty'), [rule('critical', own)]).counts).toEqual({ untold: 0, doubtful: 0, muted: 1 });
    expect(told(route('empty'), [rule('critical', { ...own, mutes: [] })]).counts.untold).toBe(0);
  });

  it('is not certain where it depends on what differs between alerts', () => {
    const { counts, text } = told(route('pager', { routes: [route('empty', { matchers: [onJob] })] }));
    expect(counts).toEqual({ untold: 0, doubtful: 2, muted: 0 });
    expect(text).toContain('depends on job_name =~ "etl.*"');
  });

  it('is certain where somebody is told either way', () => {
    const { counts } = told(route('pager', { routes: [route('pager', { matchers: [onJob] })] }));
    expect(counts).toEqual({ untold: 0, doubtful: 0, muted: 0 });
  });

  it('S09: names are inert', () => {
    expect(told(route('pager', { routes: [route('', { mutes: ['a\u202eb'] })] })).text).not.toContain('\u202e');
  });
});

it('every label that a metric brings to an alert is known to differ', () => {
  expect(SERIES_LABELS).toEqual(new Set(metrics.flatMap(({ labels }) => labels)));
});
