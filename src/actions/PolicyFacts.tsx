import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { type Policy } from '../api/types';
import { t } from '../i18n/text';
import { ForeignText } from '../model/ForeignText';
import { policyFacts } from '../model/policy';

/** A data source's policy, to be read: each value with the setting that it comes from. */
export function PolicyFacts({ policy, caption }: { policy: Policy; caption: string }) {
  const styles = useStyles2(getStyles);
  return (
    <table className={styles.table}>
      <caption className={styles.caption}>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('actions.policy.what', 'What')}</th>
          <th scope="col">{t('actions.policy.policy', 'Policy')}</th>
          <th scope="col">{t('actions.policy.setting', 'Setting')}</th>
        </tr>
      </thead>
      <tbody>
        {policyFacts(policy).map(({ label, value, source }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>
              <ForeignText text={value} expandable />
            </td>
            <td className={styles.source}>{source}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same, folded away until someone wants it. */
export function PolicySection({ policy }: { policy: Policy | undefined }) {
  const styles = useStyles2(getStyles);
  return policy ? (
    <details className={styles.section}>
      <summary>{t('actions.policy.title', 'The policy of this data source')}</summary>
      <PolicyFacts policy={policy} caption={t('actions.policy.title', 'The policy of this data source')} />
      <p className={styles.source}>{t('actions.policy.who', 'Whoever may edit the data source may change it.')}</p>
    </details>
  ) : null;
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ marginBottom: theme.spacing(1), color: theme.colors.text.secondary }),
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    fontVariantNumeric: 'tabular-nums',
    'th, td': {
      textAlign: 'left',
      verticalAlign: 'top',
      padding: theme.spacing(0.25, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      fontWeight: theme.typography.fontWeightRegular,
    },
    td: { overflowWrap: 'anywhere', color: theme.colors.text.primary },
  }),
  caption: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  source: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, margin: 0 }),
});
