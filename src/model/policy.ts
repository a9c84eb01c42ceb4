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

/** What each number of the policy is for, in the order in which people read them. */
export const LIMITS: ReadonlyArray<{ name: Limit; label: string; description: string; unit?: string }> = [
  {
    name: 'minCancelingAgeSeconds',
    label: 'Force stop allowed after',
    description: 'How long a job must have been seen canceling without a gap. A younger one may still end by itself.',
    unit: 's',
  },
  {
    name: 'savepointStallSeconds',
    label: 'Savepoint counts as stalled after',
    description: 'How long no checkpoint may have been acknowledged before a job in a savepoint can be force-stopped.',
    unit: 's',
  },
  {
    name: 'masterSettleSeconds',
    label: 'Master must be stable for',
    description: 'After a change of master, jobs are restored and states are in doubt for a while.',
    unit: 's',
  },
  {
    name: 'maxForceStops',
    label: 'Force stops in a window',
    description: 'At most this many per coordinator, over all users.',
  },
  {
    name: 'maxCancels',
    label: 'Cancels in a window',
    description: 'At most this many per coordinator, over all users.',
  },
  {
    name: 'budgetWindowSeconds',
    label: 'Window',
    description: 'The time over which both are counted.',
    unit: 's',
  },
  {
    name: 'incidentBudget',
    label: 'Incident budget',
    description:
      'How many force stops within an hour a second person can unlock when many jobs hang at once. 0: it cannot be unlocked.',
  },
];

/** What a second person is asked for, in words. */
export const SECOND_PERSON: Record<SecondPerson, string> = {
  off: 'Not asked for: one person acts alone',
  'force-stop': 'For force stops',
  all: 'For cancels and force stops',
};

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
    fact('enabled', 'Actions', policy.enabled ? 'Allowed' : 'Off: it only watches', policy.enabled),
    fact('minRole', 'Least role to act', policy.minRole, policy.minRole),
    { label: 'Logins that may act', value: logins(policy), source: 'actions.allowedLogins' },
    fact('auditRole', 'Least role to read the audit trail', policy.auditRole, policy.auditRole),
    fact(
      'secondPerson',
      'Second person',
      SECOND_PERSON[policy.secondPerson] ?? policy.secondPerson,
      policy.secondPerson
    ),
    ...LIMITS.map(({ name, label, unit }) => fact(name, label, valueOf(name, unit, policy), policy[name])),
    { label: 'A plan is valid for', value: formatAge(policy.planSeconds), source: 'fixed' },
    { label: 'A request waits for a second person for', value: formatAge(policy.approvalSeconds), source: 'fixed' },
  ];
}

function valueOf(name: Limit, unit: string | undefined, policy: PolicyInForce): string {
  if (name === 'incidentBudget') {
    return policy.incidentBudget > 0
      ? `${policy.incidentBudget} force stops within ${formatAge(policy.incidentSeconds)}, once a second person unlocks it`
      : 'None: it cannot be unlocked';
  }
  return unit ? formatAge(policy[name]) : String(policy[name]);
}

function logins({ allowList, allowedLogins }: PolicyInForce): string {
  if (!allowList) {
    return 'All with the role';
  }
  return allowedLogins && allowedLogins.length > 0
    ? allowedLogins.join(', ')
    : 'Only certain ones; those who may read the audit trail see which';
}

function fact(name: keyof typeof POLICY_DEFAULTS, label: string, value: string, set: unknown): PolicyFact {
  const normal = POLICY_DEFAULTS[name];
  const words = typeof normal === 'boolean' ? (normal ? 'on' : 'off') : String(normal);
  return {
    label,
    value,
    source: set === normal ? `actions.${name}, as by default` : `actions.${name} (default: ${words})`,
  };
}

/** What is wrong with a number of the policy, in the backend's own words; empty when nothing is. Absent: the default. */
export function checkLimit(name: Limit, value: number | undefined): string {
  const [least, most] = POLICY_RANGES[name];
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) {
    return '';
  }
  return `actions.${name} is ${value}: use ${least} to ${most}`;
}

/** What is wrong with the choice of a second person, in the backend's own words; empty when nothing is. */
export function checkSecondPerson(value: string | undefined): string {
  return value === undefined || value === '' || Object.keys(SECOND_PERSON).includes(value)
    ? ''
    : `actions.secondPerson is ${JSON.stringify(value)}: use off, force-stop or all`;
}
