import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { type Snippet } from './snippets';

/** A part of a file to be copied, folded away until somebody wants it. */
export function SnippetBox({ snippet: { file, text }, name }: { snippet: Snippet; name: string }) {
  const styles = useStyles2(getStyles);
  return (
    <details className={styles.box}>
      <summary>{t('app.snippet.for', 'To be copied into {{file}}', { file })}</summary>
      <ClipboardButton size="sm" fill="text" icon="copy" variant="secondary" getText={() => text}>
        {t('app.snippet.copy', 'Copy')}
      </ClipboardButton>
      <pre
        className={styles.text}
        tabIndex={0}
        role="region"
        aria-label={t('app.snippet.label', '{{file}}: {{name}}', { file, name })}
      >
        {text}
      </pre>
    </details>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ margin: theme.spacing(1, 0) }),
  text: css({
    maxHeight: 320,
    overflow: 'auto',
    margin: theme.spacing(0.5, 0),
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
