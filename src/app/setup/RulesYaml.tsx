import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import React, { useCallback, useMemo } from 'react';

import { rulesYaml, type Bound } from '../../alerting/texts';

/** A provisioning file with the alert rules for a data source, to be copied. */
export function RulesYaml({ bound: { uid, name, kind } }: { bound: Bound }) {
  const styles = useStyles2(getStyles);
  const yaml = useMemo(() => rulesYaml({ uid, name, kind }), [uid, name, kind]);
  const getText = useCallback(() => yaml, [yaml]);
  return (
    <>
      <p className={styles.note}>
        Put it into Grafana&apos;s folder provisioning/alerting and restart Grafana, or have an administrator reload the
        provisioning. Leave out the rules whose needs are not met here.{' '}
        <ClipboardButton size="sm" fill="text" icon="copy" variant="secondary" getText={getText}>
          Copy the YAML
        </ClipboardButton>
      </p>
      <pre className={styles.text} tabIndex={0} role="region" aria-label={`YAML of the alert rules for ${name}`}>
        {yaml}
      </pre>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  note: css({ color: theme.colors.text.secondary }),
  text: css({ maxHeight: 400, overflow: 'auto', fontSize: theme.typography.bodySmall.fontSize }),
});
