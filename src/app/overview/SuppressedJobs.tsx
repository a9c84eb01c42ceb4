import { type TimeZone } from '@grafana/schema';
import React from 'react';

import { t } from '../../i18n/text';
import { jobPageLink } from '../../jobs/jobPage';
import { type JobRow } from '../../model/jobs';
import { suppressionStatement } from '../../model/suppression';
import { inertName } from '../../model/text';
import { PageLink } from '../PageLink';

const NAME_CHARACTERS = 60;
/** Of each reason there may be hundreds, all alike. */
const SHOWN = 10;

interface Props {
  /** Late jobs with the names of their coordinators. */
  jobs: Array<{ row: JobRow; uid: string; name: string }>;
  timeZone: TimeZone;
}

/** The jobs that are late and not called stuck, each with why and until when: silence must not look like health. */
export function SuppressedJobs({ jobs, timeZone }: Props) {
  if (jobs.length === 0) {
    return null;
  }
  return (
    <details>
      <summary>
        {t('overview.suppressed.count', '{{count}} late jobs are suppressed', {
          count: jobs.length,
          defaultValue_one: '{{count}} late job is suppressed',
          defaultValue_other: '{{count}} late jobs are suppressed',
        })}
      </summary>
      <ul>
        {jobs.slice(0, SHOWN).map(({ row, uid, name }) => (
          <li key={JSON.stringify([name, row.cluster, row.id, row.createTime])}>
            <PageLink href={jobPageLink({ uid, id: row.id, createTime: row.createTime })}>
              {inertName(row.name, NAME_CHARACTERS) || t('app.job.no-name', '(no name)')}
            </PageLink>{' '}
            {t('overview.suppressed.job', '({{id}}) on {{name}}, {{state}}: {{statement}}', {
              id: inertName(row.id),
              name: inertName(name),
              state: row.state.toUpperCase(),
              statement: suppressionStatement(row, timeZone),
            })}
          </li>
        ))}
        {jobs.length > SHOWN && (
          <li>
            {t('overview.suppressed.more', 'and {{more}} more; the dashboards show all of them.', {
              more: jobs.length - SHOWN,
            })}
          </li>
        )}
      </ul>
    </details>
  );
}
