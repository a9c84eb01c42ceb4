import { css } from '@emotion/css';
import { type GrafanaTheme2, type IconName } from '@grafana/data';
import { Badge, useStyles2, type BadgeColor } from '@grafana/ui';
import React, { useId, type ReactNode } from 'react';

import { t } from '../../i18n/text';
import { SnippetBox } from '../SnippetBox';
import { type Step, type StepId, type StepState } from './steps';

interface Props {
  step: Step;
  /** More about the step: its tables. */
  children?: ReactNode;
}

/** A step of the setup: whether it is done, what was found, what to do, and what to copy. */
export function StepItem({ step: { id, state, found, advice, snippet }, children }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const title = titleOf(id);
  return (
    <li className={styles.step} aria-labelledby={headingId}>
      <div className={styles.head}>
        <h3 id={headingId} className={styles.title}>
          {title}
        </h3>
        <StateBadge state={state} />
      </div>
      {found.map((sentence) => (
        <p key={sentence} className={styles.sentence}>
          {sentence}
        </p>
      ))}
      {advice && (
        <p className={styles.sentence}>
          <strong>{t('setup.step.do', 'What to do:')}</strong> {advice}
        </p>
      )}
      {children}
      {snippet && <SnippetBox snippet={snippet} name={title} />}
    </li>
  );
}

/** How far a step is, in a word and a sign. */
function StateBadge({ state }: { state: StepState }) {
  const { color, icon, text } = signOf(state);
  // A new badge for each state: Grafana's icon may keep the sign before when its file comes late.
  return <Badge key={state} color={color} icon={icon} text={text} />;
}

function signOf(state: StepState): { color: BadgeColor; icon: IconName; text: string } {
  switch (state) {
    case 'checking':
      return { color: 'darkgrey', icon: 'hourglass', text: t('setup.state.checking', 'Checking…') };
    case 'done':
      return { color: 'green', icon: 'check', text: t('setup.state.done', 'Done') };
    case 'to do':
      return { color: 'orange', icon: 'exclamation-triangle', text: t('setup.state.to-do', 'To do') };
    case 'unknown':
      return { color: 'darkgrey', icon: 'question-circle', text: t('setup.state.unknown', 'Cannot be checked') };
  }
}

function titleOf(id: StepId): string {
  switch (id) {
    case 'source':
      return t('setup.title.source', 'The coordinator answers');
    case 'proxy':
      return t('setup.title.proxy', 'The back door of Grafana is closed');
    case 'store':
      return t('setup.title.store', 'Records are kept');
    case 'rules':
      return t('setup.title.rules', 'Alert rules');
    case 'notify':
      return t('setup.title.notify', 'Alerts reach somebody');
    case 'policy':
      return t('setup.title.policy', 'Who may act');
    case 'second-person':
      return t('setup.title.second-person', 'A second person');
    case 'detection':
      return t('setup.title.detection', 'When a job counts as stuck');
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  step: css({
    padding: theme.spacing(1.5, 0),
    borderTop: `1px solid ${theme.colors.border.weak}`,
    '&::marker': { color: theme.colors.text.secondary },
  }),
  head: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  title: css({ fontSize: theme.typography.h5.fontSize, margin: 0 }),
  sentence: css({ margin: theme.spacing(0.5, 0), maxWidth: '80ch', overflowWrap: 'anywhere' }),
});
