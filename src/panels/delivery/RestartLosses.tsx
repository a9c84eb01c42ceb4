import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { t } from '../../i18n/text';
import { jobPageLink } from '../../jobs/jobPage';
import { type RestartLoss } from '../../model/delivery';
import { inertName } from '../../model/text';
import { NAMED_PARENTS, restartSentence } from './sentences';

interface Props {
  losses: RestartLoss[];
  present: boolean;
  /** The data source; undefined where it cannot be told, so that no page can be named. */
  uid: string | undefined;
}

/** What a restart of each node would lose: said before somebody restarts one. */
export function RestartLosses({ losses, present, uid }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  if (losses.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby={headingId}>
      <h3 id={headingId} className={styles.heading}>
        {present
          ? t('panels.restart.now', 'If a node is restarted now')
          : t('panels.restart.then', 'If a node had been restarted when it was last seen')}
      </h3>
      <ul className={styles.list}>
        {losses.map((loss) => (
          <li key={loss.node}>
            {restartSentence(loss)}
            {uid !== undefined && <ParentLinks parents={loss.parents} uid={uid} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Leads to those parents that the sentence names. */
function ParentLinks({ parents, uid }: { parents: string[]; uid: string }) {
  const styles = useStyles2(getStyles);
  if (parents.length === 0) {
    return null;
  }
  return (
    <span className={styles.links}>
      {' '}
      {t('panels.restart.open', 'Open:')}
      {parents.slice(0, NAMED_PARENTS).map((id) => (
        <a key={id} className={styles.link} href={jobPageLink({ uid, id })}>
          {inertName(id)}
        </a>
      ))}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  heading: css({ fontSize: theme.typography.h5.fontSize, margin: theme.spacing(0, 0, 0.5) }),
  list: css({ margin: 0, paddingLeft: theme.spacing(2.5), overflowWrap: 'anywhere' }),
  links: css({ fontSize: theme.typography.bodySmall.fontSize }),
  link: css({ marginLeft: theme.spacing(0.5), color: theme.colors.text.link, textDecoration: 'underline' }),
});
