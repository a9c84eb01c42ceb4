import { type Theme } from './boot';

/** workbench/backend/people.go and page.go have the same names. */
const PERSON_COOKIE = 'unjam-workbench-person';
const THEME_COOKIE = 'unjam-workbench-theme';
/** Read here alone: the server has no texts. */
const LANGUAGE_COOKIE = 'unjam-workbench-language';

const YEAR_SECONDS = 365 * 24 * 3600;

/** Signs somebody else in. It counts for the next request, and the page must be loaded anew. */
export function rememberPerson(login: string): void {
  setCookie(PERSON_COOKIE, login);
}

/** The theme of the next page. */
export function rememberTheme(theme: Theme): void {
  setCookie(THEME_COOKIE, theme);
}

/** The language of the next page. */
export function rememberLanguage(language: string): void {
  setCookie(LANGUAGE_COOKIE, language);
}

/** The language that was chosen last; undefined where none was. */
export function languageCookie(): string | undefined {
  const [, value] = new RegExp(`(?:^|; )${LANGUAGE_COOKIE}=([^;]*)`).exec(document.cookie) ?? [];
  return value;
}

function setCookie(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR_SECONDS}; samesite=strict`;
}
