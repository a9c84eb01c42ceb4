import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { t } from '../../i18n/text';
import { rulesYaml, type Bound } from '../../alerting/texts';
import { CopyBox } from '../CopyBox';

/** A provisioning file with the alert rules for a data source, to be copied. */
export function RulesYaml({ bound: { uid, name, kind } }: { bound: Bound }) {
  const styles = useStyles2(getStyles);
  const yaml = useMemo(() => rulesYaml({ uid, name, kind }), [uid, name, kind]);
  return (
    <>
      <p className={styles.note}>
        {t(
          'setup.rules.put',
          'Put it into the folder provisioning/alerting of Grafana and restart it, or have an administrator reload the provisioning. Leave out the rules whose needs are not met here.'
        )}
      </p>
      <CopyBox
        text={yaml}
        label={t('setup.rules.yaml-of', 'YAML of the alert rules for {{name}}', { name })}
        button={t('setup.rules.copy', 'Copy the YAML')}
      />
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  note: css({ color: theme.colors.text.secondary }),
});
