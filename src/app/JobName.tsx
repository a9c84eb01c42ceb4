import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { ForeignText } from '../model/ForeignText';
import { inertName } from '../model/text';

const NAME_CHARACTERS = 80;

/** A job's name, and its id with every digit. */
export function JobName({ name, id }: { name: string; id: string }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <ForeignText text={name} characters={NAME_CHARACTERS} otherwise="(no name)" expandable />{' '}
      <span className={styles.id}>{inertName(id)}</span>
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
