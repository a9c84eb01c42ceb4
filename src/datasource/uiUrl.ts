import { t } from '../i18n/text';

/** Stands in the address for a job's id. */
export const UI_JOB_ID = '{jobId}';

/**
 * What is wrong with the address of a job in the coordinator's own UI, as a sentence; empty when nothing is. Go has the
 * same rules (pkg/plugin/settings_ui.go).
 */
export function checkUiUrl(address: string | undefined): string {
  if (!address) {
    return '';
  }
  let url: URL;
  try {
    url = new URL(address.replaceAll(UI_JOB_ID, '0'));
  } catch {
    return t('datasource.ui.no-address', 'This is no address. Write it like {{example}}.', {
      example: 'https://coordinator.example/#/jobs/{jobId}',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return t('datasource.ui.scheme', 'It must begin with http:// or https://.');
  }
  if (url.username || url.password) {
    return t(
      'datasource.ui.password',
      'It holds a user name or password. Leave them out: everybody who sees a job sees the link.'
    );
  }
  if (/^[^/]*\/\/[^/\\?#]*\{/.test(address)) {
    return t('datasource.ui.host', '{{mark}} may stand in the path, the query or the fragment, and not in the host.', {
      mark: UI_JOB_ID,
    });
  }
  return '';
}
