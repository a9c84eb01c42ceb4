import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import React from 'react';

interface Props {
  text: string;
  /** Names the text for those who hear the page. */
  label: string;
  /** What the button says. */
  button: string;
}

/** A text to be copied, with the button that does; a long one is scrolled by mouse or by keys. */
export function CopyBox({ text, label, button }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <ClipboardButton size="sm" fill="text" icon="copy" variant="secondary" getText={() => text}>
        {button}
      </ClipboardButton>
      <pre className={styles.text} tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  text: css({
    maxHeight: 400,
    overflow: 'auto',
    margin: theme.spacing(0.5, 0),
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
