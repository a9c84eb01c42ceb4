import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { jobPageLink } from '../jobs/jobPage';
import { ForeignText } from '../model/ForeignText';
import { GLANCE, inertName } from '../model/text';
import { PageLink } from './PageLink';

const NAME_CHARACTERS = 80;

interface Props {
  name: string;
  id: string;
  /** Where the Job page finds the job; absent where nothing is linked. */
  page?: { uid: string; createTime?: number };
}

/** A job's name, and its id with every digit; where its page is known, a link there. */
export function JobName({ name, id, page }: Props) {
  const styles = useStyles2(getStyles);
  const noName = t('app.job.no-name', '(no name)');
  return (
    <>
      {page ? (
        <PageLink href={jobPageLink({ uid: page.uid, id, createTime: page.createTime })}>
          {inertName(name, NAME_CHARACTERS) || noName}
        </PageLink>
      ) : (
        <ForeignText text={name} characters={NAME_CHARACTERS} otherwise={noName} expandable />
      )}{' '}
      <span className={styles.id}>{inertName(id, GLANCE)}</span>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  id: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    fontVariantNumeric: 'tabular-nums',
    whiteSpace: 'nowrap',
  }),
});
