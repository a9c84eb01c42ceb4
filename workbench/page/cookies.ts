import { type Theme } from './boot';

/** workbench/backend/people.go and page.go have the same names. */
const PERSON_COOKIE = 'unjam-workbench-person';
const THEME_COOKIE = 'unjam-workbench-theme';

const YEAR_SECONDS = 365 * 24 * 3600;

/** Signs somebody else in. It counts for the next request, and the page must be loaded anew. */
export function rememberPerson(login: string): void {
  setCookie(PERSON_COOKIE, login);
}

/** The theme of the next page. */
export function rememberTheme(theme: Theme): void {
  setCookie(THEME_COOKIE, theme);
}

function setCookie(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR_SECONDS}; samesite=strict`;
}
