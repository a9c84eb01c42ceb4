import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { ForeignText } from '../model/ForeignText';
import { SENTENCE } from '../model/text';
import { type Seen } from './sight';
import { SightBadge } from './SightBadge';

interface Props {
  /** Names the card whose head this is. */
  id: string;
  level: 'h2' | 'h3';
  /** The data source's name. */
  name: string;
  seen: Seen;
}

/** The head of a coordinator's card: its name, how it is seen, and what is wrong. */
export function CoordinatorHead({ id, level: Heading, name, seen: { sight, sentences } }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <div className={styles.head}>
        <Heading id={id} className={styles.name}>
          <ForeignText text={name} expandable />
        </Heading>
        <SightBadge sight={sight} />
      </div>
      {sentences.map((sentence) => (
        <p key={sentence} className={styles.sentence}>
          <ForeignText text={sentence} characters={SENTENCE} expandable />
        </p>
      ))}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
  }),
  name: css({ fontSize: theme.typography.h4.fontSize, margin: 0, overflowWrap: 'anywhere' }),
  sentence: css({ margin: theme.spacing(0, 0, 1), overflowWrap: 'anywhere' }),
});
