import i18next from 'i18next';

import chinese from '../../src/locales/zh-Hans/unjam-jobs-app.json';
import { languageCookie } from './cookies';

export type Language = 'en-US' | 'zh-Hans';

/** The plugins of the app: each asks for its texts under its own id, and here they are all one program. */
const PLUGINS = ['unjam-jobs-app', 'unjam-coordinator-datasource', 'unjam-stuckjobs-panel', 'unjam-delivery-panel'];

/** The language of the page: as its address says (`?lang=zh-Hans`), or as it was chosen before. */
export const language: Language = chosen();

function chosen(): Language {
  const wanted = new URLSearchParams(window.location.search).get('lang') ?? languageCookie();
  return wanted === 'zh-Hans' ? 'zh-Hans' : 'en-US';
}

// As Grafana does before it loads a plugin, so this file is imported before any of ours.
document.documentElement.lang = language;
void i18next.init({
  lng: language,
  fallbackLng: 'en-US',
  returnEmptyString: false,
  showSupportNotice: false,
  resources: { 'en-US': {}, 'zh-Hans': Object.fromEntries(PLUGINS.map((id) => [id, chinese])) },
});
