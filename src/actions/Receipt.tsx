import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import React, { useCallback } from 'react';

import { Around, PLACE } from '../i18n/Around';
import { t } from '../i18n/text';

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
  const text = t('actions.receipt.copied', 'Unjam audit row {{row}}, SHA-256 {{hash}}: {{what}}', {
    row: row ?? '',
    hash: head ?? '',
    what,
  });
  const getText = useCallback(() => text, [text]);
  if (!row || !head) {
    return null;
  }
  return (
    <p className={styles.receipt}>
      <Around text={t('actions.receipt.receipt', 'Audit receipt: row {{row}}, hash {{hash}}', { row, hash: PLACE })}>
        <code className={styles.hash}>{head}</code>
      </Around>{' '}
      <ClipboardButton size="sm" fill="text" icon="copy" variant="secondary" getText={getText}>
        {t('actions.receipt.copy', 'Copy receipt')}
      </ClipboardButton>
    </p>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  receipt: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  hash: css({ overflowWrap: 'anywhere', fontVariantNumeric: 'tabular-nums' }),
});
