import { t } from '../../i18n/text';
import { type Quality } from '../../model/age';

/** How well a beginning is known, in a word that stands beside the time. */
export function qualityWord(quality: Quality): string {
  switch (quality) {
    case 'exact':
      return t('app-job.quality.exact', 'exact');
    case 'observed':
      return t('app-job.quality.observed', 'observed');
    case 'at least':
      return t('app-job.quality.at-least', 'at least');
    case '':
      return t('app-job.quality.none', 'not known');
  }
}
