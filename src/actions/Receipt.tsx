import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import React, { useCallback } from 'react';

interface Props {
  /** The number of the row in the audit trail, and its hash; a row of 0 is none. */
  row: number | undefined;
  head: string | undefined;
  /** What the row tells of, in a few words of ours. */
  what: string;
}

/** Which row of the audit trail tells of an act, and its hash: who keeps both can show later that nothing was changed. */
export function Receipt({ row, head, what }: Props) {
  const styles = useStyles2(getStyles);
  const text = `Unjam audit row ${row ?? ''}, SHA-256 ${head ?? ''}: ${what}`;
  const getText = useCallback(() => text, [text]);
  if (!row || !head) {
    return null;
  }
  return (
    <p className={styles.receipt}>
      Audit receipt: row {row}, hash <code className={styles.hash}>{head}</code>{' '}
      <ClipboardButton size="sm" fill="text" icon="copy" variant="secondary" getText={getText}>
        Copy receipt
      </ClipboardButton>
    </p>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  receipt: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  hash: css({ overflowWrap: 'anywhere', fontVariantNumeric: 'tabular-nums' }),
});
