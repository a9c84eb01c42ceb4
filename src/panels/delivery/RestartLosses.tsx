import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { type RestartLoss } from '../../model/delivery';
import { restartSentence } from './sentences';

interface Props {
  losses: RestartLoss[];
  present: boolean;
}

/** What a restart of each node would lose: said before somebody restarts one. */
export function RestartLosses({ losses, present }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  if (losses.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby={headingId}>
      <h3 id={headingId} className={styles.heading}>
        {present ? 'If a node is restarted now' : 'If a node had been restarted when it was last seen'}
      </h3>
      <ul className={styles.list}>
        {losses.map((loss) => (
          <li key={loss.node}>{restartSentence(loss)}</li>
        ))}
      </ul>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  heading: css({ fontSize: theme.typography.h5.fontSize, margin: theme.spacing(0, 0, 0.5) }),
  list: css({ margin: 0, paddingLeft: theme.spacing(2.5), overflowWrap: 'anywhere' }),
});
