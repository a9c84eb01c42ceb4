import { rulesFor, runbookLink, titleFor } from './rules';
import { type AlertRule, type Kind } from './model';

/** Where a rule is to stand: what depends on the data source. */
export interface Placement {
  /** The data source's uid. */
  dataSource: string;
  uid: (rule: AlertRule) => string;
  title: (rule: AlertRule) => string;
  runbook: (rule: AlertRule) => string;
}

/** A file of rules in provisioning/. */
export interface RuleFile {
  path: string;
  kind: Kind;
  /** The rules' group in Grafana. */
  group: string;
  /** The comment at its beginning, by paragraphs. */
  comment: string[];
  rules: AlertRule[];
  place: Placement;
}

const KEEP_LAST =
  'With `execErrState: Error`, Grafana takes a firing alert out of the Alertmanager as soon as its query fails (seen on Grafana 12.4), just when it matters. KeepLast leaves it as it was.';
const MADE = 'Made from src/alerting by `npm run generate`: change it there.';

/** The files that ship, one for each provisioned data source. */
export const RULE_FILES: readonly RuleFile[] = [
  {
    path: 'provisioning/alerting/unjam.yaml',
    kind: 'seatunnel',
    group: 'unjam',
    comment: [
      MADE,
      'Alert rules on the data source "unjam-seatunnel". Contact points and notification policies are not touched: provisioning a policy would replace the whole tree of the organisation (../examples has one). Route on the labels severity and job_name.',
      `Why the rules on jobs say \`execErrState: KeepLast\` and \`noDataState: OK\`: while the coordinator is not seen, the job metrics answer an error to alert rules, since nobody knows how the jobs are. ${KEEP_LAST} An empty answer means that the last poll was complete and no job is CANCELING, so it is good news and no lack of data.`,
      "The rules on what follows an action (leftover tasks, unconfirmed force stop) read Unjam's own records. While those cannot be read, and while no worker says whether tasks are left, their metrics answer an error to alert rules: KeepLast leaves a firing alert as it was. An empty answer means that no force-stopped job is watched.",
      'Why the watchdog says `Alerting` for both: its metrics never fail and are never empty while the plugin runs, so an error or no data is itself the news.',
      'Why `for: 0s`: the age already is how long the state lasts.',
    ],
    rules: rulesFor('seatunnel'),
    place: {
      dataSource: 'unjam-seatunnel',
      uid: ({ id }) => `unjam-${id}`,
      title: (rule) => titleFor(rule, 'seatunnel'),
      runbook: runbookLink,
    },
  },
  {
    path: 'provisioning/cloverdx/alerting/unjam-delivery.yaml',
    kind: 'cloverdx',
    group: 'unjam-delivery',
    comment: [
      MADE,
      'Alert rules on jobs and on the event delivery between nodes, for a data source "unjam-cloverdx" of kind cloverdx. Copy this file into Grafana\'s provisioning/alerting where there is such a data source. For another one, and for coordinators of kind generic, the Setup page of Unjam gives the rules with its uid.',
      'Why it does not stand beside unjam.yaml: Grafana reads every file there. Rules on a data source that does not exist, or on a SeaTunnel, which has no event delivery, would be in error for ever, and the watchdogs would fire.',
      'Why the rules on pairs and parents say `execErrState: KeepLast` and `noDataState: OK`: while the coordinator is not seen, or a figure is not exposed, the metric answers an error to alert rules, never 0. Nobody knows then how things are, so a firing alert stays (see unjam.yaml). An empty answer is given only to a complete poll, and means that nothing is lost.',
      'A query that is in a rule for the text alone must never be "not exposed" where the rule\'s own metric is told: its error would be the rule\'s.',
    ],
    rules: rulesFor('cloverdx'),
    place: {
      dataSource: 'unjam-cloverdx',
      // Both files may be loaded: what SeaTunnel has too needs other uids and titles.
      uid: (rule) => (sharedWithSeaTunnel(rule) ? `unjam-cloverdx-${rule.id}` : `unjam-${rule.id}`),
      title: (rule) => `${sharedWithSeaTunnel(rule) ? 'CloverDX: ' : ''}${titleFor(rule, 'cloverdx')}`,
      runbook: runbookLink,
    },
  },
];

function sharedWithSeaTunnel({ kinds }: AlertRule): boolean {
  return kinds.includes('seatunnel');
}
