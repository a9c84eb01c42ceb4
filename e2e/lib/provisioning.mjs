// @ts-check
/** The repository's provisioning, with the data source's times changed so that a journey takes minutes. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';

/**
 * Copies the provisioning. The alert rules and the dashboard stay as they are shipped.
 * @param {{ from: string, to: string, seenAs: string, dataSource?: Record<string, unknown>, actions?: Record<string, unknown>, provision?: Record<string, string> }} options
 *   `seenAs` is the copy's path as Grafana sees it; `provision` has more files, texts by path
 */
export function journeyProvisioning({ from, to, seenAs, dataSource = {}, actions = {}, provision = {} }) {
  cpSync(from, to, { recursive: true, dereference: true });
  edit(path.join(to, 'datasources', 'unjam.yaml'), (file) => {
    const [only] = file.datasources;
    only.jsonData = { ...only.jsonData, ...dataSource, actions: { ...only.jsonData.actions, ...actions } };
  });
  edit(path.join(to, 'dashboards', 'unjam.yaml'), (file) => {
    file.providers[0].options.path = `${seenAs}/dashboards`;
  });
  for (const [name, text] of Object.entries(provision)) {
    writeFileSync(path.join(to, name), text);
  }
}

/**
 * @param {string} file
 * @param {(content: any) => void} change
 */
function edit(file, change) {
  const content = parse(readFileSync(file, 'utf8'));
  change(content);
  writeFileSync(file, stringify(content));
}
