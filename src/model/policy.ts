import { t } from '../i18n/text';
import { formatAge } from './age';

export type Role = 'Viewer' | 'Editor' | 'Admin';
/** For which actions another person must approve (pkg/action/policy.go). */
export type SecondPerson = 'off' | 'force-stop' | 'all';

/** What the backend uses where the policy does not say. Go has the same (pkg/action/policy.go). */
export const POLICY_DEFAULTS = {
  enabled: false,
  minRole: 'Admin',
  auditRole: 'Editor',
  minCancelingAgeSeconds: 300,
  masterSettleSeconds: 60,
  savepointStallSeconds: 600,
  maxForceStops: 3,
  maxCancels: 20,
  budgetWindowSeconds: 600,
  secondPerson: 'off',
  incidentBudget: 50,
} as const;

/** What the backend accepts, both ends included; seconds, except for the three budgets. Go has the same. */
export const POLICY_RANGES = {
  minCancelingAgeSeconds: [30, 86_400],
  masterSettleSeconds: [10, 86_400],
  savepointStallSeconds: [30, 86_400],
  maxForceStops: [0, 100],
  maxCancels: [0, 1000],
  budgetWindowSeconds: [60, 86_400],
  incidentBudget: [0, 1000],
} as const;

/** The name of a number of the policy, as settings have it under `actions`. */
export type Limit = keyof typeof POLICY_RANGES;

/** A number of the policy in words. */
export interface LimitText {
  name: Limit;
  label: string;
  description: string;
  unit?: string;
}

/** What each number of the policy is for, in the order in which people read them. */
export function limits(): LimitText[] {
  const perCoordinator = t('model.policy.per-coordinator', 'At most this many per coordinator, over all users.');
  return [
    {
      name: 'minCancelingAgeSeconds',
      label: t('model.policy.min-age', 'Force stop allowed after'),
      description: t(
        'model.policy.min-age-why',
        'How long a job must have been seen canceling without a gap. A younger one may still end by itself.'
      ),
      unit: 's',
    },
    {
      name: 'savepointStallSeconds',
      label: t('model.policy.stall', 'Savepoint counts as stalled after'),
      description: t(
        'model.policy.stall-why',
        'How long no checkpoint may have been acknowledged before a job in a savepoint can be force-stopped.'
      ),
      unit: 's',
    },
    {
      name: 'masterSettleSeconds',
      label: t('model.policy.settle', 'Master must be stable for'),
      description: t(
        'model.policy.settle-why',
        'After a change of master, jobs are restored and states are in doubt for a while.'
      ),
      unit: 's',
    },
    {
      name: 'maxForceStops',
      label: t('model.policy.force-stops', 'Force stops in a window'),
      description: perCoordinator,
    },
    { name: 'maxCancels', label: t('model.policy.cancels', 'Cancels in a window'), description: perCoordinator },
    {
      name: 'budgetWindowSeconds',
      label: t('model.policy.window', 'Window'),
      description: t('model.policy.window-why', 'The time over which both are counted.'),
      unit: 's',
    },
    {
      name: 'incidentBudget',
      label: t('model.policy.budget', 'Incident budget'),
      description: t(
        'model.policy.budget-why',
        'How many force stops within an hour a second person can unlock when many jobs hang at once. 0: it cannot be unlocked.'
      ),
    },
  ];
}

const SECOND_PERSON: readonly string[] = ['off', 'force-stop', 'all'] satisfies SecondPerson[];

/** What a second person is asked for, in words. */
export function secondPersonText(choice: SecondPerson): string {
  switch (choice) {
    case 'off':
      return t('model.policy.second-off', 'Not asked for: one person acts alone');
    case 'force-stop':
      return t('model.policy.second-force-stop', 'For force stops');
    case 'all':
      return t('model.policy.second-all', 'For cancels and force stops');
    default:
      // A newer backend may have words that this version does not know.
      return choice;
  }
}

/** A policy as the backend tells it (contract/resources.yaml). */
export interface PolicyInForce extends Record<Limit, number> {
  enabled: boolean;
  minRole: Role;
  auditRole: Role;
  allowList: boolean;
  allowedLogins?: string[];
  secondPerson: SecondPerson;
  incidentSeconds: number;
  approvalSeconds: number;
  planSeconds: number;
}

/** One line of a policy. */
export interface PolicyFact {
  label: string;
  value: string;
  /** Where the value comes from, for those who want to change it. */
  source: string;
}

/** A policy in words, with where each value comes from. Logins are as they came: foreign text. */
export function policyFacts(policy: PolicyInForce): PolicyFact[] {
  return [
    fact(
      'enabled',
      t('model.policy.actions', 'Actions'),
      policy.enabled ? t('model.policy.allowed', 'Allowed') : t('model.policy.off', 'Off: it only watches'),
      policy.enabled
    ),
    fact('minRole', t('model.policy.min-role', 'Least role to act'), policy.minRole, policy.minRole),
    {
      label: t('model.policy.logins', 'Logins that may act'),
      value: logins(policy),
      source: 'actions.allowedLogins',
    },
    fact(
      'auditRole',
      t('model.policy.audit-role', 'Least role to read the audit trail'),
      policy.auditRole,
      policy.auditRole
    ),
    fact(
      'secondPerson',
      t('model.policy.second-person', 'Second person'),
      secondPersonText(policy.secondPerson),
      policy.secondPerson
    ),
    ...limits().map(({ name, label, unit }) => fact(name, label, valueOf(name, unit, policy), policy[name])),
    fixed(t('model.policy.plan', 'A plan is valid for'), policy.planSeconds),
    fixed(t('model.policy.approval', 'A request waits for a second person for'), policy.approvalSeconds),
  ];
}

/** What no setting changes. */
function fixed(label: string, seconds: number): PolicyFact {
  return { label, value: formatAge(seconds), source: t('model.policy.fixed', 'fixed') };
}

function valueOf(name: Limit, unit: string | undefined, policy: PolicyInForce): string {
  if (name === 'incidentBudget') {
    return policy.incidentBudget > 0
      ? t('model.policy.budget-value', '{{most}} force stops within {{time}}, once a second person unlocks it', {
          most: policy.incidentBudget,
          time: formatAge(policy.incidentSeconds),
        })
      : t('model.policy.budget-none', 'None: it cannot be unlocked');
  }
  return unit ? formatAge(policy[name]) : String(policy[name]);
}

function logins({ allowList, allowedLogins }: PolicyInForce): string {
  if (!allowList) {
    return t('model.policy.logins-all', 'All with the role');
  }
  return allowedLogins && allowedLogins.length > 0
    ? allowedLogins.join(', ')
    : t('model.policy.logins-hidden', 'Only certain ones; those who may read the audit trail see which');
}

function fact(name: keyof typeof POLICY_DEFAULTS, label: string, value: string, set: unknown): PolicyFact {
  const normal = POLICY_DEFAULTS[name];
  const words =
    typeof normal === 'boolean'
      ? normal
        ? t('model.policy.is-on', 'on')
        : t('model.policy.is-off', 'off')
      : String(normal);
  return {
    label,
    value,
    source:
      set === normal
        ? t('model.policy.by-default', '{{setting}}, as by default', { setting: `actions.${name}` })
        : t('model.policy.not-default', '{{setting}} (default: {{normal}})', {
            setting: `actions.${name}`,
            normal: words,
          }),
  };
}

/** What is wrong with a number of the policy, in the backend's own words; empty when nothing is. Absent: the default. */
export function checkLimit(name: Limit, value: number | undefined): string {
  const [least, most] = POLICY_RANGES[name];
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) {
    return '';
  }
  return t('model.policy.out-of-range', '{{setting}} is {{value}}: use {{least}} to {{most}}', {
    setting: `actions.${name}`,
    value,
    least,
    most,
  });
}

/** What is wrong with the choice of a second person, in the backend's own words; empty when nothing is. */
export function checkSecondPerson(value: string | undefined): string {
  return value === undefined || value === '' || SECOND_PERSON.includes(value)
    ? ''
    : t('model.policy.second-wrong', 'actions.secondPerson is {{value}}: use off, force-stop or all', {
        value: JSON.stringify(value),
      });
}
