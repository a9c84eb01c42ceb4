import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React from 'react';

import { type Boot, type Theme } from './boot';
import { language, type Language } from './language';
import { usePageLocation } from './navigation';

const THEMES: Array<{ label: string; value: Theme }> = [
  { label: 'Dark', value: 'dark' },
  { label: 'Light', value: 'light' },
];

const LANGUAGES: Array<{ label: string; value: Language }> = [
  { label: 'English', value: 'en-US' },
  { label: '中文', value: 'zh-Hans' },
];

const NOBODY = 'nobody';

interface Props {
  boot: Boot;
  /** The address of the app's first page. */
  home: string;
  theme: Theme;
  onTheme(theme: Theme): void;
  onLanguage(language: Language): void;
  onPerson(login: string): void;
}

/** What this is and what it is not, where to go, and who is signed in. */
export function Header({ boot, home, theme, onTheme, onLanguage, onPerson }: Props) {
  const styles = useStyles2(getStyles);
  const people = boot.people.map(({ login, role }) => ({ label: role ? `${login} (${role})` : login, value: login }));
  return (
    <header className={styles.header}>
      <p className={styles.notice}>
        <Icon name="info-circle" />{' '}
        <span>
          <strong>Workbench: the pages and panels of Unjam without Grafana.</strong> No alerting, no Grafana security;
          roles here are a switch.
        </span>
      </p>
      <div className={styles.row}>
        <Places boot={boot} home={home} />
        <div className={styles.switches}>
          <div className={styles.labelled}>
            <span aria-hidden="true">Signed in as</span>
            <RadioButtonGroup
              size="sm"
              aria-label="Signed in as"
              options={people}
              value={boot.user.isSignedIn ? boot.user.login : NOBODY}
              onChange={onPerson}
            />
          </div>
          <RadioButtonGroup
            size="sm"
            aria-label="Language"
            options={LANGUAGES}
            value={language}
            onChange={onLanguage}
          />
          <RadioButtonGroup size="sm" aria-label="Theme" options={THEMES} value={theme} onChange={onTheme} />
        </div>
      </div>
    </header>
  );
}

/** The places that the pages link to, each under Grafana's address for it. */
function Places({ boot, home }: Pick<Props, 'boot' | 'home'>) {
  const styles = useStyles2(getStyles);
  const { pathname } = usePageLocation();
  const places = [
    { text: 'Unjam', href: home, at: home },
    { text: 'Dashboard', href: '/d/unjam-stuck-jobs/stuck-jobs', at: '/d/' },
    { text: 'Explore', href: '/explore', at: '/explore' },
    ...boot.datasources.map(({ uid, name }) => {
      const href = `/connections/datasources/edit/${encodeURIComponent(uid)}`;
      return { text: name, href, at: href };
    }),
  ];
  return (
    <nav aria-label="Workbench">
      <ul className={styles.places}>
        {places.map(({ text, href, at }) => (
          <li key={href}>
            <a href={href} className={styles.place} aria-current={pathname.startsWith(at) ? 'page' : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  header: css({
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  notice: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    margin: 0,
    padding: theme.spacing(0.5, 3),
    background: theme.colors.info.transparent,
    borderBottom: `1px solid ${theme.colors.info.borderTransparent}`,
  }),
  row: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1, 3),
    padding: theme.spacing(1, 3),
  }),
  places: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5, 2),
    listStyle: 'none',
    margin: 0,
    padding: 0,
  }),
  place: css({
    color: theme.colors.text.primary,
    padding: theme.spacing(0.5, 0),
    '&:hover': { textDecoration: 'underline' },
    '&[aria-current="page"]': { borderBottom: `2px solid ${theme.colors.primary.border}` },
  }),
  switches: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1, 2) }),
  labelled: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
