import { type Policy } from '../../api/types';
import { COORDINATOR_TYPE } from '../../model/plugins';
import { POLICY_DEFAULTS } from '../../model/policy';
import { type Snippet } from '../snippets';
import { readDetection } from './detection';
import { asYaml, toYaml, type Yaml } from './yaml';

/** The data source as a provisioning file has it, in the settings that it has now. Secrets come from the environment. */
export function sourceSnippet(
  { uid, name }: { uid: string; name: string },
  settings: object,
  secrets: string[]
): Snippet {
  const body = {
    apiVersion: 1,
    datasources: [{ name, uid, type: COORDINATOR_TYPE, access: 'proxy', jsonData: asYaml(settings) }],
  };
  const own = secrets.filter((one) => one !== 'basicAuthPassword');
  const lines = own.map((one) => `      ${one}: $${variableOf(one)}\n`);
  return {
    file: 'provisioning/datasources/unjam.yaml',
    text: `${toYaml(body)}${lines.length > 0 ? `    secureJsonData:\n${lines.join('')}` : ''}`,
  };
}

/** Grafana replaces it by the environment variable of that name: "messagingPassword" is UNJAM_MESSAGING_PASSWORD. */
function variableOf(secret: string): string {
  return `UNJAM_${secret.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`;
}

/** Contact points and routes for our alerts, to be taken into the organization's own policy. */
export function notificationSnippet(folder: string): Snippet {
  const body: Yaml = {
    apiVersion: 1,
    contactPoints: [
      {
        orgId: 1,
        name: 'unjam-on-call',
        receivers: [{ uid: 'unjam-on-call', type: 'webhook', settings: { url: 'http://pager.example/unjam' } }],
      },
    ],
    policies: [
      {
        orgId: 1,
        receiver: 'unjam-on-call',
        group_by: ['grafana_folder', 'alertname'],
        routes: [
          {
            receiver: 'unjam-on-call',
            object_matchers: [['grafana_folder', '=', folder]],
            group_by: ['cluster', 'alertname'],
            group_wait: '45s',
            group_interval: '5m',
            repeat_interval: '4h',
          },
        ],
      },
    ],
  };
  return { file: 'provisioning/alerting/unjam-notifications.yaml', text: toYaml(body) };
}

/** The action policy with actions on and, where wanted, a second person; everything else as it is now. */
export function policySnippet(policy: Policy, secondPerson: Policy['secondPerson']): Snippet {
  const { minRole, auditRole, allowedLogins } = policy;
  const numbers = {
    minCancelingAgeSeconds: policy.minCancelingAgeSeconds,
    masterSettleSeconds: policy.masterSettleSeconds,
    savepointStallSeconds: policy.savepointStallSeconds,
    maxForceStops: policy.maxForceStops,
    maxCancels: policy.maxCancels,
    budgetWindowSeconds: policy.budgetWindowSeconds,
    incidentBudget: policy.incidentBudget,
  };
  const changed = Object.fromEntries(Object.entries(numbers).filter(([name, value]) => value !== defaultOf(name)));
  const actions: Yaml = {
    enabled: true,
    minRole,
    auditRole,
    ...(allowedLogins && allowedLogins.length > 0 && { allowedLogins }),
    ...changed,
    secondPerson,
  };
  return { file: 'provisioning/datasources/unjam.yaml', text: toYaml({ jsonData: { actions } }) };
}

function defaultOf(name: string): unknown {
  return Object.entries(POLICY_DEFAULTS).find(([one]) => one === name)?.[1];
}

/** The thresholds in force, and a maintenance window as an example. */
export function detectionSnippet(settings: object): Snippet {
  const { stuckAfterSeconds, thresholds } = readDetection(settings);
  const detection = Object.fromEntries(thresholds.map(({ name, seconds }) => [name, seconds]));
  const own = toYaml({ jsonData: { stuckAfterSeconds, detection } });
  const example = `    # maintenance:
    #   - { days: [sun], from: '02:00', to: '04:00', timeZone: UTC, reason: Backup }
`;
  return { file: 'provisioning/datasources/unjam.yaml', text: `${own}${example}` };
}
