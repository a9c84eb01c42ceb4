import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';

import { t } from '../i18n/text';
import { GLANCE, shortened, visibleText } from './text';

interface Props {
  /** As it came from outside. */
  text: string;
  /** How many characters are shown before someone asks for all. */
  characters?: number;
  /** What stands in the place of an empty text. */
  otherwise?: string;
  /**
   * Whether the whole of a long text can be asked for here by a button; otherwise it stands in the title alone. Where
   * many of them stand in one list, a button each would be in the way of the keyboard.
   */
  expandable?: boolean;
}

/**
 * A name or a sentence from outside, in a page: nothing in it hides, nothing in it changes the order of what stands
 * beside it (bdi), and the whole of a long one is given on demand.
 */
export function ForeignText({ text, characters = GLANCE, otherwise = '', expandable = false }: Props) {
  const styles = useStyles2(getStyles);
  const [isWhole, setWhole] = useState(false);
  const whole = visibleText(text);
  if (whole === '') {
    return <>{otherwise}</>;
  }
  const short = shortened(whole, characters);
  if (short === whole) {
    return <bdi className={styles.text}>{whole}</bdi>;
  }
  if (!expandable) {
    return (
      <bdi className={styles.text} title={whole}>
        {short}
      </bdi>
    );
  }
  return (
    <>
      <bdi className={styles.text}>{isWhole ? whole : short}</bdi>{' '}
      <button type="button" className={styles.more} aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole
          ? t('model.foreign-text.less', 'Show less')
          : t('model.foreign-text.all', 'Show all {{characters}} characters', {
              characters: Array.from(whole).length,
            })}
      </button>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  text: css({ overflowWrap: 'anywhere' }),
  more: css({
    padding: 0,
    border: 'none',
    background: 'none',
    color: theme.colors.text.link,
    textDecoration: 'underline',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
