import { type Matcher, type Notifications } from '../../api/notifications';
import { t } from '../../i18n/text';
import { inertName } from '../../model/text';
import { destinationsOf, reachOf, type Destination, type Reach } from './notified';

/** A rule of ours, and by what the routes take its alerts. */
export interface PlacedRule {
  labels: Record<string, string>;
  /** The title of its folder. */
  folder: string;
  /** Where the rule itself sends its alerts, past all routes; its contact point is empty where it does not. */
  own?: Omit<Destination, 'depends'>;
}

/** Whom the alerts of our rules reach. */
export interface Telling {
  reaches: Reach[];
  /** How many rules tell nobody. */
  untold: number;
  /** How many may tell nobody; it depends on what differs from alert to alert, or is not understood. */
  doubtful: number;
  /** How many tell nobody at times, though they do at others. */
  muted: number;
  /** By which mute timings, and how many rules each silences: at its times, or but for them. */
  mutes: ReadonlyMap<string, number>;
  actives: ReadonlyMap<string, number>;
  /** What decides which of the contact points is told. */
  depends: Matcher[];
}

/** Labels that the series of our metrics bring to an alert (src/model/metrics.json). */
export const SERIES_LABELS: ReadonlySet<string> = new Set(['cluster', 'job_id', 'job_name', 'node', 'peer', 'state']);

/** Whom the alerts of our rules reach by this Grafana's contact points and notification policy. */
export function tellingOf(placed: PlacedRule[], notifications: Notifications): Telling {
  const reaches = new Map<string, Reach>();
  const depends = new Map<string, Matcher>();
  const [mutes, actives] = [new Map<string, number>(), new Map<string, number>()];
  let [untold, doubtful, muted] = [0, 0, 0];
  for (const { labels, own } of placed) {
    const destinations: Destination[] = own?.contactPoint
      ? [{ ...own, depends: [] }]
      : destinationsOf(notifications.root, { known: labels, open: SERIES_LABELS });
    for (const { contactPoint, depends: matchers } of destinations) {
      reaches.set(contactPoint, reachOf(notifications, contactPoint));
      matchers.forEach((matcher) => depends.set(matcherText(matcher), matcher));
    }
    const telling = destinations.filter(({ contactPoint }) => reaches.get(contactPoint)?.gap === '');
    if (telling.length === 0) {
      untold++;
    } else if (!holds(destinations, (one) => telling.includes(one))) {
      doubtful++;
    } else if (!holds(telling, ({ mutes: at, actives: but }) => at.length + but.length === 0)) {
      muted++;
      count(
        mutes,
        telling.flatMap((one) => one.mutes)
      );
      count(
        actives,
        telling.flatMap((one) => one.actives)
      );
    }
  }
  const all = { reaches: Array.from(reaches.values()), depends: Array.from(depends.values()) };
  return { ...all, untold, doubtful, muted, mutes, actives };
}

/** Whether an alert surely goes to one that is so: to a certain one, or whichever it goes to. */
function holds(destinations: Destination[], isSo: (one: Destination) => boolean): boolean {
  return destinations.every(isSo) || destinations.some((one) => one.depends.length === 0 && isSo(one));
}

function count(rules: Map<string, number>, names: string[]) {
  for (const name of new Set(names)) {
    rules.set(name, (rules.get(name) ?? 0) + 1);
  }
}

/** The same in sentences. Foreign words in them are inert. */
export function tellingSentences({ reaches, untold, doubtful, muted, mutes, actives, depends }: Telling): string[] {
  return [
    ...reaches.map(reachSentence),
    ...Array.from(mutes, ([name, rules]) =>
      t('setup.notify.muted', '{{count}} rules are muted by "{{name}}" at its times: nobody is told then.', {
        count: rules,
        name: inertName(name),
        defaultValue_one: '{{count}} rule is muted by "{{name}}" at its times: nobody is told then.',
        defaultValue_other: '{{count}} rules are muted by "{{name}}" at its times: nobody is told then.',
      })
    ),
    ...Array.from(actives, ([name, rules]) =>
      t('setup.notify.active', '{{count}} rules are muted but at the times of "{{name}}".', {
        count: rules,
        name: inertName(name),
        defaultValue_one: '{{count}} rule is muted but at the times of "{{name}}".',
        defaultValue_other: '{{count}} rules are muted but at the times of "{{name}}".',
      })
    ),
    ...(depends.length > 0
      ? [
          t(
            'setup.notify.depends',
            'Which of them an alert goes to depends on {{matchers}}, and differs or cannot be read.',
            {
              matchers: depends.map((matcher) => inertName(matcherText(matcher))).join(', '),
            }
          ),
        ]
      : []),
    ...(untold + doubtful + muted === 0
      ? [
          t(
            'setup.notify.not-proven',
            'Whether a message arrives only a test shows: send one from the contact point. E-mail needs [smtp] in grafana.ini, too.'
          ),
        ]
      : []),
  ];
}

function reachSentence({ contactPoint, types, gap }: Reach): string {
  const name = inertName(contactPoint);
  switch (gap) {
    case 'nothing in it':
      return t('setup.notify.nobody', 'Alerts go to the contact point "{{name}}", which tells nobody.', { name });
    case 'example address':
      return t(
        'setup.notify.example',
        'Alerts go to the contact point "{{name}}", which has only the address of an example.',
        { name }
      );
    case '':
      return t('setup.notify.reaches', 'Alerts go to the contact point "{{name}}" ({{types}}).', {
        name,
        types: types.map((type) => inertName(type)).join(', '),
      });
  }
}

function matcherText({ label, operator, value }: Matcher): string {
  return operator === '' ? value : `${label} ${operator} ${JSON.stringify(value)}`;
}
