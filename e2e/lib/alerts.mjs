// @ts-check
/** Reads Grafana's alert rules and what its Alertmanager holds. */

/** @typedef {import('./client.mjs').GrafanaClient} GrafanaClient */

/** Titles in provisioning/alerting/unjam.yaml. */
export const STUCK_RULE = 'Job stuck in CANCELING';
export const WATCHDOG_RULE = 'Coordinator not seen';

/**
 * A rule as it was evaluated last.
 * @param {GrafanaClient} admin
 * @param {string} title
 * @returns {Promise<any>}
 */
export async function rule(admin, title) {
  const { data } = await admin.json('GET', '/api/prometheus/grafana/api/v1/rules');
  const found = data.groups
    .flatMap((/** @type {any} */ group) => group.rules)
    .find((/** @type {any} */ candidate) => candidate.name === title);
  if (!found) {
    throw new Error(`There is no alert rule "${title}": is provisioning/alerting loaded?`);
  }
  return found;
}

/**
 * The alerts of a rule that the Alertmanager holds as firing: what people are notified of.
 * @param {GrafanaClient} admin
 * @param {string} title
 * @returns {Promise<{ labels: Record<string, string>, annotations: Record<string, string> }[]>}
 */
export async function firing(admin, title) {
  const alerts = await admin.json('GET', '/api/alertmanager/grafana/api/v2/alerts?active=true');
  return alerts.filter(
    (/** @type {any} */ alert) => alert.labels.alertname === title && alert.status.state === 'active'
  );
}
