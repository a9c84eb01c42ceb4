import { rulesFor, titleFor } from '../../alerting/rules';
import { toKind, type AlertRule } from '../../alerting/model';
import { type GrafanaRule } from '../../api/alertRules';
import { describeFailure, type Failure } from '../../api/failure';
import { type Health } from '../../api/health';
import { type Notifications } from '../../api/notifications';
import { type Source } from '../../api/sources';
import { type StoredSettings } from '../../api/sourceSettings';
import { type Support } from '../../api/types';
import { t } from '../../i18n/text';
import { inertName, SENTENCE } from '../../model/text';
import { type Kept } from '../refresh';
import { STORE, type Snippet } from '../snippets';
import { type Loaded } from '../useLoaded';
import { readDetection } from './detection';
import { presentRule } from './presentRules';
import { tellingOf, tellingSentences, type PlacedRule } from './telling';
import { detectionSnippet, notificationSnippet, policySnippet, sourceSnippet } from './snippets';

/** How far a step is. `unknown`: nobody who looks from here can tell, and the sentences say why. */
export type StepState = 'checking' | 'done' | 'to do' | 'unknown';

export type StepId = 'source' | 'proxy' | 'store' | 'rules' | 'notify' | 'policy' | 'second-person' | 'detection';

/** A step from nothing to guarded. */
export interface Step {
  id: StepId;
  state: StepState;
  /** What was found. Foreign words in them are inert. */
  found: string[];
  /** What to do now; empty where there is nothing. */
  advice: string;
  snippet?: Snippet;
}

/** What the steps are judged by. */
export interface SetupFacts {
  source: Source;
  support: Kept<Support>;
  health: Loaded<Health>;
  stored: Loaded<StoredSettings>;
  /** The data source's settings that hold no secret. */
  settings: object;
  rules: Loaded<GrafanaRule[]>;
  notifications: Loaded<Notifications>;
}

/** Where our rules stand where they are provisioned as they ship. */
const FOLDER = 'Unjam';

/** All steps for a coordinator, in the order in which they are taken. */
export function stepsOf(facts: SetupFacts): Step[] {
  return [
    sourceStep(facts),
    proxyStep(facts),
    storeStep(facts),
    rulesStep(facts),
    notifyStep(facts),
    policyStep(facts),
    secondPersonStep(facts),
    detectionStep(facts),
  ];
}

function sourceStep({ source, health, stored, settings }: SetupFacts): Step {
  const secrets = stored.at === 'loaded' ? stored.value.secrets : [];
  const snippet = sourceSnippet(source, settings, secrets);
  if (health.at !== 'loaded') {
    return { id: 'source', ...notYet(health), snippet };
  }
  const { isOk, message } = health.value;
  return {
    id: 'source',
    state: isOk ? 'done' : 'to do',
    found: [inertName(message, SENTENCE)],
    advice: isOk ? '' : t('setup.source.advice', 'Correct the settings of the data source, save, and check again.'),
    snippet,
  };
}

function proxyStep({ stored, health }: SetupFacts): Step {
  const open = stored.at === 'loaded' ? stored.value.openProxyFields : [];
  if (open.length > 0) {
    return {
      id: 'proxy',
      state: 'to do',
      found: [
        t('setup.proxy.open', 'These fields of Grafana are set on the data source: {{fields}}.', {
          fields: open.join(', '),
        }),
        t(
          'setup.proxy.danger',
          'By them, any Viewer could send requests to the coordinator past all guards, with its stored credentials. Unjam refuses actions while they are set.'
        ),
      ],
      advice: t(
        'setup.proxy.advice',
        'Clear these fields in the settings, or leave them out of the provisioning file.'
      ),
    };
  }
  if (stored.at === 'loaded') {
    return {
      id: 'proxy',
      state: 'done',
      found: [t('setup.proxy.closed', 'None of the fields by which the data source proxy of Grafana works is set.')],
      advice: '',
    };
  }
  if (health.at === 'loaded' && health.value.isOk) {
    return {
      id: 'proxy',
      state: 'done',
      found: [t('setup.proxy.by-health', 'The health check looks at it first, and found nothing.')],
      advice: '',
    };
  }
  const refused = notAllowed(stored, () =>
    t(
      'setup.proxy.refused',
      'Grafana tells the settings of a data source to administrators only. Ask one to open this page.'
    )
  );
  return { id: 'proxy', ...(refused ?? notYet(stored)) };
}

function storeStep({ health, support }: SetupFacts): Step {
  const snippet = STORE;
  if (health.at !== 'loaded') {
    return { id: 'store', ...notYet(health), snippet };
  }
  const { isOk, storeFault, storeKind } = health.value;
  if (storeFault === undefined) {
    return {
      id: 'store',
      state: 'unknown',
      found: [
        isOk
          ? t('setup.store.not-told', 'This version of the backend does not tell whether its store works.')
          : t('setup.store.after-source', 'It is told once the coordinator answers the health check.'),
      ],
      advice: '',
      snippet,
    };
  }
  if (storeFault !== '') {
    return {
      id: 'store',
      state: 'to do',
      found: [inertName(storeFault, SENTENCE)],
      advice: t(
        'setup.store.advice',
        'Have the administrator of the server write this into the configuration of Grafana, and restart it.'
      ),
      snippet,
    };
  }
  const place = support.value?.store ?? '';
  return {
    id: 'store',
    state: 'done',
    found: [
      t('setup.store.kept', 'Records are kept in {{kind}}: {{place}}.', {
        kind: storeKind ?? t('setup.store.a-store', 'a store'),
        place: inertName(place) || t('app.not-known', 'not known'),
      }),
      t(
        'setup.store.lasts',
        'Whether that place outlives a new container or machine cannot be seen from here: keep it on a volume, and in the backup.'
      ),
    ],
    advice: '',
    snippet,
  };
}

function rulesStep({ source, rules, settings }: SetupFacts): Step {
  const ours = rulesOf(settings);
  if (rules.at !== 'loaded') {
    const absent = noAlerting(rules);
    if (absent) {
      return { id: 'rules', ...absent };
    }
    const why = rules.at === 'failed' ? [whetherPresent(rules.failure)] : [];
    return { id: 'rules', ...notYet(rules), found: why };
  }
  if (ours.length === 0) {
    const sentence = t('setup.rules.no-kind', 'This version of Unjam has no alert rules for this kind of coordinator.');
    return { id: 'rules', state: 'unknown', found: [sentence], advice: '' };
  }
  const found = ours.flatMap((rule) => presentRule(rule, source.uid, rules.value) ?? []);
  const paused = found.filter(({ isPaused }) => isPaused).length;
  const broken = found.filter(({ isPaused, health }) => !isPaused && health === 'error').length;
  const isAll = found.length === ours.length;
  return {
    id: 'rules',
    state: isAll && paused + broken === 0 ? 'done' : 'to do',
    found: [
      isAll
        ? t('setup.rules.all', 'Grafana has all {{all}} rules.', { all: ours.length })
        : t('setup.rules.some', 'Of {{all}} rules, {{found}} were found among those that you may see.', {
            all: ours.length,
            found: found.length,
          }),
      ...(paused > 0
        ? [
            t('setup.rules.are-paused', '{{count}} rules are paused: they never fire.', {
              count: paused,
              defaultValue_one: '{{count}} rule is paused: it never fires.',
              defaultValue_other: '{{count}} rules are paused: they never fire.',
            }),
          ]
        : []),
      ...(broken > 0
        ? [
            t('setup.rules.are-broken', '{{count}} rules cannot be evaluated now.', {
              count: broken,
              defaultValue_one: '{{count}} rule cannot be evaluated now.',
              defaultValue_other: '{{count}} rules cannot be evaluated now.',
            }),
          ]
        : []),
    ],
    advice: [
      isAll
        ? ''
        : t(
            'setup.rules.advice',
            'Take the missing ones from the YAML below. Rules whose needs are not met here may be left out.'
          ),
      paused + broken > 0
        ? t(
            'setup.rules.mend',
            'Open the marked rules in Grafana: resume those that are paused, and read their errors.'
          )
        : '',
    ]
      .filter(Boolean)
      .join(' '),
  };
}

function whetherPresent(failure: Failure): string {
  return t('setup.rules.whether', 'Whether Grafana has them is not known: {{why}}', { why: describeFailure(failure) });
}

function notifyStep(facts: SetupFacts): Step {
  const { notifications } = facts;
  const placed = placedRules(facts);
  const snippet = notificationSnippet(placed[0]?.folder ?? FOLDER);
  if (notifications.at !== 'loaded') {
    const refused = notAllowed(notifications, () =>
      t(
        'setup.notify.refused',
        'Grafana does not tell you its contact points and notification policies. Ask an administrator to open this page.'
      )
    );
    return { id: 'notify', ...(refused ?? noAlerting(notifications) ?? notYet(notifications)), snippet };
  }
  const telling = tellingOf(placed, notifications.value);
  const { untold, doubtful, muted } = telling;
  return {
    id: 'notify',
    state: placed.length === 0 || untold > 0 || muted > 0 ? 'to do' : doubtful > 0 ? 'unknown' : 'done',
    found: tellingSentences(telling),
    advice: [
      untold + doubtful > 0
        ? t(
            'setup.notify.advice',
            'Make a contact point that wakes somebody, and a route to it. Take the routes below into the policy that you have: a provisioned policy replaces the whole tree of the organization.'
          )
        : '',
      muted > 0
        ? t(
            'setup.notify.unmute',
            'Look whether nobody is to be told at these times. For maintenance, set a window in the data source (detection.maintenance) rather than a mute timing: the rules on stuck jobs hold back in it, and each job says why.'
          )
        : '',
    ]
      .filter(Boolean)
      .join(' '),
    snippet,
  };
}

/** By what the routes take each of our rules' alerts: as it is in this Grafana, else as it ships. */
function placedRules({ source: { uid, name }, support, rules, settings }: SetupFacts): PlacedRule[] {
  const present = rules.at === 'loaded' ? rules.value : [];
  const kind = toKind(kindWord(settings));
  const cluster = support.value?.coordinator;
  return rulesOf(settings).map((rule) => {
    const found = presentRule(rule, uid, present);
    const folder = found?.folder || FOLDER;
    const labels = {
      ...(cluster && { cluster }),
      severity: rule.severity,
      ...found?.labels,
      alertname: found?.name || `${kind ? titleFor(rule, kind) : rule.title}: ${name}`,
      grafana_folder: folder,
    };
    return {
      labels,
      folder,
      own: found && { contactPoint: found.receiver, mutes: found.mutes, actives: found.actives },
    };
  });
}

function policyStep({ support }: SetupFacts): Step {
  if (!support.value) {
    return { id: 'policy', ...notAnswered(support) };
  }
  const { policy } = support.value;
  return {
    id: 'policy',
    state: policy.enabled ? 'done' : 'to do',
    found: [
      policy.enabled
        ? t('setup.policy.on', 'Actions are allowed for the role {{role}} and above.', { role: policy.minRole })
        : t('setup.policy.off', 'Actions are off: Unjam only watches. That may be what you want.'),
    ],
    advice: policy.enabled
      ? ''
      : t('setup.policy.advice', 'To cancel and force-stop from here, switch actions on in the settings.'),
    snippet: policySnippet(policy, policy.secondPerson),
  };
}

function secondPersonStep({ support }: SetupFacts): Step {
  if (!support.value) {
    return { id: 'second-person', ...notAnswered(support) };
  }
  const { policy } = support.value;
  const isOff = policy.secondPerson === 'off';
  return {
    id: 'second-person',
    state: isOff ? 'to do' : 'done',
    found: [
      isOff
        ? t(
            'setup.second.off',
            'One person acts alone. A script inside a dashboard can do what the person may who looks at it; only a second person stops that.'
          )
        : t('setup.second.on', 'Another person must approve: {{which}}.', {
            which:
              policy.secondPerson === 'all'
                ? t('setup.second.all', 'cancels and force stops')
                : t('setup.second.force-stop', 'force stops'),
          }),
    ],
    advice: isOff ? t('setup.second.advice', 'Ask for a second person at least for force stops.') : '',
    snippet: policySnippet(policy, isOff ? 'force-stop' : policy.secondPerson),
  };
}

function detectionStep({ settings }: SetupFacts): Step {
  const { thresholds, windows } = readDetection(settings);
  const isOwn = thresholds.some(({ from }) => from !== 'default');
  return {
    id: 'detection',
    state: 'done',
    found: [
      isOwn
        ? t('setup.detection.own', 'The thresholds are set for this coordinator.')
        : t('setup.detection.default', 'The thresholds are as by default.'),
      t('setup.detection.windows', '{{count}} maintenance windows.', {
        count: windows.length,
        defaultValue_one: '{{count}} maintenance window.',
        defaultValue_other: '{{count}} maintenance windows.',
      }),
    ],
    advice: '',
    snippet: detectionSnippet(settings),
  };
}

function rulesOf(settings: object): AlertRule[] {
  const kind = toKind(kindWord(settings));
  return kind ? rulesFor(kind) : [];
}

function kindWord(settings: object): string | undefined {
  return 'kind' in settings && typeof settings.kind === 'string' ? settings.kind : undefined;
}

type NotYet = Pick<Step, 'state' | 'found' | 'advice'>;

function checking(): NotYet {
  return { state: 'checking', found: [], advice: '' };
}

function notYet(loaded: Exclude<Loaded<unknown>, { at: 'loaded' }>): NotYet {
  return loaded.at === 'loading'
    ? checking()
    : { state: 'unknown', found: [inertName(describeFailure(loaded.failure), SENTENCE)], advice: '' };
}

/** The reason where Grafana has no such address; undefined for every other failure. */
function noAlerting(loaded: Loaded<unknown>): NotYet | undefined {
  return loaded.at === 'failed' && loaded.failure.kind === 'gateway' && loaded.failure.status === 404
    ? {
        state: 'unknown',
        found: [
          t('setup.rules.no-alerting', 'This Grafana does not answer for alerting: its alerting may be switched off.'),
        ],
        advice: '',
      }
    : undefined;
}

/** The reason where Grafana does not answer this person; undefined for every other failure. */
function notAllowed(loaded: Loaded<unknown>, why: () => string): NotYet | undefined {
  return loaded.at === 'failed' && loaded.failure.kind === 'gateway' && loaded.failure.status === 403
    ? { state: 'unknown', found: [why()], advice: '' }
    : undefined;
}

function notAnswered({ failure }: Kept<Support>): NotYet {
  return failure
    ? { state: 'unknown', found: [inertName(describeFailure(failure), SENTENCE)], advice: '' }
    : checking();
}
