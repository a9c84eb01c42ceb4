import {
  checkLimit,
  checkSecondPerson,
  limits,
  POLICY_DEFAULTS,
  policyFacts,
  type Limit,
  type PolicyInForce,
} from './policy';

const policy: PolicyInForce = {
  ...POLICY_DEFAULTS,
  enabled: true,
  allowList: false,
  incidentSeconds: 3600,
  approvalSeconds: 900,
  planSeconds: 120,
};

const lines = (change: Partial<PolicyInForce> = {}) =>
  policyFacts({ ...policy, ...change }).map(({ label, value, source }) => `${label}: ${value} [${source}]`);

describe('a policy in words', () => {
  it('names every number, with where it comes from', () => {
    expect(lines({ maxForceStops: 5, secondPerson: 'force-stop' })).toEqual([
      'Actions: Allowed [actions.enabled (default: off)]',
      'Least role to act: Admin [actions.minRole, as by default]',
      'Logins that may act: All with the role [actions.allowedLogins]',
      'Least role to read the audit trail: Editor [actions.auditRole, as by default]',
      'Second person: For force stops [actions.secondPerson (default: off)]',
      'Force stop allowed after: 5 min 00 s [actions.minCancelingAgeSeconds, as by default]',
      'Savepoint counts as stalled after: 10 min 00 s [actions.savepointStallSeconds, as by default]',
      'Master must be stable for: 1 min 00 s [actions.masterSettleSeconds, as by default]',
      'Force stops in a window: 5 [actions.maxForceStops (default: 3)]',
      'Cancels in a window: 20 [actions.maxCancels, as by default]',
      'Window: 10 min 00 s [actions.budgetWindowSeconds, as by default]',
      'Incident budget: 50 force stops within 1 h 00 min, once a second person unlocks it [actions.incidentBudget, as by default]',
      'A plan is valid for: 2 min 00 s [fixed]',
      'A request waits for a second person for: 15 min 00 s [fixed]',
    ]);
  });

  it.each<[Partial<PolicyInForce>, RegExp]>([
    [{ enabled: false }, /^Actions: Off: it only watches \[actions\.enabled, as by default\]/m],
    [{ allowList: true, allowedLogins: ['anna', 'ben'] }, /^Logins that may act: anna, ben/m],
    [{ allowList: true }, /^Logins that may act: Only certain ones; those who may read/m],
    [{ secondPerson: 'all' }, /^Second person: For cancels and force stops/m],
    [{ incidentBudget: 0 }, /^Incident budget: None: it cannot be unlocked/m],
  ])('%o', (change, line) => {
    expect(lines(change).join('\n')).toMatch(line);
  });
});

describe('the numbers of a policy', () => {
  it.each<[Limit, number | undefined, string]>([
    ['incidentBudget', undefined, ''],
    ['incidentBudget', 0, ''],
    ['incidentBudget', 1000, ''],
    ['incidentBudget', -1, 'actions.incidentBudget is -1: use 0 to 1000'],
    ['incidentBudget', 5000, 'actions.incidentBudget is 5000: use 0 to 1000'],
    ['minCancelingAgeSeconds', 5, 'actions.minCancelingAgeSeconds is 5: use 30 to 86400'],
    ['maxForceStops', 2.5, 'actions.maxForceStops is 2.5: use 0 to 100'],
  ])("%s of %s is answered in the backend's words: %s", (name, value, sentence) => {
    expect(checkLimit(name, value)).toBe(sentence);
  });

  it('have defaults within their ranges', () => {
    for (const { name } of limits()) {
      expect(checkLimit(name, POLICY_DEFAULTS[name])).toBe('');
    }
  });

  it.each([
    [undefined, ''],
    ['', ''],
    ['off', ''],
    ['force-stop', ''],
    ['all', ''],
    ['sometimes', 'actions.secondPerson is "sometimes": use off, force-stop or all'],
    ['toString', 'actions.secondPerson is "toString": use off, force-stop or all'],
  ])('a second person of "%s": "%s"', (value, sentence) => {
    expect(checkSecondPerson(value)).toBe(sentence);
  });
});
