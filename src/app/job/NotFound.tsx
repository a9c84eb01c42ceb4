import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Alert, useStyles2 } from '@grafana/ui';
import React from 'react';

import { listSources } from '../../api/sources';
import { t } from '../../i18n/text';
import { jobPageLink, type JobAddress } from '../../jobs/jobPage';
import { formatMoment } from '../../model/time';
import { inertName, SENTENCE } from '../../model/text';

interface Props {
  address: JobAddress;
  /** The data source's name. */
  coordinator: string;
  /** Why nothing of the past is known; empty where it is. */
  pastNotKnown: string;
  /** Whether the coordinator is seen, so that the job is not among its open ones. */
  present: boolean;
}

/** Nothing is known of the job: why that may be, and what to do. */
export function NotFound({ address, coordinator, pastNotKnown, present }: Props) {
  const { id } = address;
  return (
    <Alert
      severity="warning"
      title={t('app-job.not-found.title', 'Job {{id}} is not found', { id: inertName(id, id.length) })}
    >
      <p>
        {present
          ? t('app-job.not-found.what', '{{coordinator}} does not list it, and Unjam has no record of it.', {
              coordinator: inertName(coordinator),
            })
          : t('app-job.not-found.blind', '{{coordinator}} is not seen now, and Unjam has no record of the job.', {
              coordinator: inertName(coordinator),
            })}
      </p>
      <ul>
        <li>
          <Elsewhere address={address} />
        </li>
        <li>
          {t(
            'app-job.not-found.old',
            'It may be too old: Unjam keeps what it saw for 30 days, and knows nothing from before it watched. The audit trail goes back further.'
          )}
        </li>
        <li>
          {t(
            'app-job.not-found.org',
            'It may belong to another organization of this Grafana: switch to it in your profile, and open the link again.'
          )}
        </li>
        {pastNotKnown !== '' && <li>{inertName(pastNotKnown, SENTENCE)}</li>}
      </ul>
    </Alert>
  );
}

/** The same job on other coordinators, where there are any. */
function Elsewhere({ address }: { address: JobAddress }) {
  const others = listSources().filter(({ uid }) => uid !== address.uid);
  if (others.length === 0) {
    return <>{t('app-job.not-found.digits', 'The id may lack digits: compare it with the coordinator.')}</>;
  }
  return (
    <>
      {t('app-job.not-found.source', 'It may be the wrong data source. Look for it on:')}{' '}
      <Links
        links={others.map(({ uid, name }) => ({ href: jobPageLink({ ...address, uid }), text: inertName(name) }))}
      />
    </>
  );
}

/** The address names no data source of ours. */
export function NoSource({ address }: { address: JobAddress | undefined }) {
  const sources = listSources();
  return (
    <Alert severity="warning" title={t('app-job.no-source.title', 'This link does not lead to a coordinator')}>
      <p>
        {address
          ? t(
              'app-job.no-source.gone',
              'There is no Unjam coordinator with the uid {{uid}} here, or you may not query it. It may have been deleted, or belong to another organization of this Grafana.',
              { uid: inertName(address.uid) }
            )
          : t(
              'app-job.no-source.incomplete',
              'The address lacks the data source (ds) or the job (job). Open the job from the overview, a panel or an alert.'
            )}
      </p>
      {address && sources.length > 0 && (
        <p>
          {t('app-job.not-found.source', 'It may be the wrong data source. Look for it on:')}{' '}
          <Links
            links={sources.map(({ uid, name }) => ({ href: jobPageLink({ ...address, uid }), text: inertName(name) }))}
          />
        </p>
      )}
    </Alert>
  );
}

/** Only jobs with the same id and another create time are known. */
export function AnotherJob({ address, createTimes }: { address: JobAddress; createTimes: number[] }) {
  return (
    <Alert severity="warning" title={t('app-job.another.title', 'Another job has this id now')}>
      <p>
        {t(
          'app-job.another.what',
          'The link is about the job that was created at {{created}}, of which Unjam has no record. The same id was used for:',
          { created: address.createTime === undefined ? '?' : formatMoment(address.createTime) }
        )}{' '}
        <Links
          links={createTimes.map((createTime) => ({
            href: jobPageLink({ ...address, createTime }),
            text: t('app-job.another.one', 'the job created at {{created}}', { created: formatMoment(createTime) }),
          }))}
        />
      </p>
    </Alert>
  );
}

function Links({ links }: { links: Array<{ href: string; text: string }> }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      {links.map(({ href, text }, index) => (
        <React.Fragment key={href}>
          {index > 0 && ', '}
          <a className={styles.link} href={href}>
            {text}
          </a>
        </React.Fragment>
      ))}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
});
