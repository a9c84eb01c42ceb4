import { css, cx } from '@emotion/css';
import { type GrafanaTheme2, type IconName } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';

import { type JobState } from '../../model/states';

/** Each state has a sign beside its word, so that nobody needs the colour. */
const ICONS: Record<JobState, IconName> = {
  pending: 'hourglass',
  running: 'play',
  savepointing: 'save',
  canceling: 'sync',
  failing: 'exclamation-circle',
  finished: 'check',
  failed: 'times-circle',
  canceled: 'times',
  lost: 'question-circle',
  unknown: 'question-circle',
};

interface Props {
  state: JobState;
  /** Whether it is so now; otherwise it was when it was last seen. */
  present: boolean;
  /** Whether the job counts as stuck. */
  stuck?: boolean;
}

/** A job's state as a word with a sign. No colour here ever says that all is well. */
export function StateBadge({ state, present, stuck = false }: Props) {
  const styles = useStyles2(getStyles);
  const word = present ? state : 'unknown';
  const isBad = present && (stuck || word === 'lost' || word === 'failed' || word === 'failing');
  const icon = present && stuck ? 'exclamation-triangle' : ICONS[word];
  return (
    <span className={cx(styles.badge, isBad && styles.bad)}>
      {/* A new sign for each state: Grafana's icon may keep the one before when its file comes late. */}
      <Icon key={icon} name={icon} aria-hidden="true" /> {word.toUpperCase()}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  badge: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(0.25, 1),
    border: `1px solid ${theme.colors.border.strong}`,
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.primary,
    fontWeight: theme.typography.fontWeightMedium,
    whiteSpace: 'nowrap',
  }),
  bad: css({ borderColor: theme.colors.warning.border, background: theme.colors.warning.transparent }),
});
