import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { CopyBox } from './CopyBox';
import { type Snippet } from './snippets';

/** A part of a file to be copied, folded away until somebody wants it. */
export function SnippetBox({ snippet: { file, text }, name }: { snippet: Snippet; name: string }) {
  const styles = useStyles2(getStyles);
  return (
    <details className={styles.box}>
      <summary>{t('app.snippet.for', 'To be copied into {{file}}', { file })}</summary>
      <CopyBox
        text={text}
        label={t('app.snippet.label', '{{file}}: {{name}}', { file, name })}
        button={t('app.snippet.copy', 'Copy')}
      />
    </details>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ margin: theme.spacing(1, 0) }),
});
