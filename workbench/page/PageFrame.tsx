import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { type PluginPageProps } from 'grafana-plugin-page';
import React from 'react';

import description from '../../src/plugin.json';

/** What Grafana puts around a plugin's page: its title, and what the page says of itself. */
export function PageFrame({ pageNav, subTitle, renderTitle, info, actions, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const title = pageNav?.text ?? description.name;
  const below = subTitle ?? pageNav?.subTitle;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        {renderTitle ? renderTitle(title) : <h1 className={styles.title}>{title}</h1>}
        {info && (
          <dl className={styles.info}>
            {info.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {below && <div className={styles.below}>{below}</div>}
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(3), maxWidth: theme.breakpoints.values.xxl }),
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(2),
    marginBottom: theme.spacing(2),
  }),
  title: css({ margin: 0 }),
  info: css({ display: 'flex', gap: theme.spacing(2), margin: 0, dd: { margin: 0 } }),
  actions: css({ display: 'flex', gap: theme.spacing(1), marginLeft: 'auto' }),
  below: css({ color: theme.colors.text.secondary, marginBottom: theme.spacing(2) }),
});
