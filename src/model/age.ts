import { type TimeZone } from '@grafana/schema';

import { t } from '../i18n/text';
import { formatMoment } from './time';

/** How well the beginning of an episode is known (see pkg/timeline). Empty where no episode is known. */
export type Quality = 'exact' | 'observed' | 'at least' | '';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * An age for people, in its two largest units: "42 s", "12 min 05 s", "3 h 07 min", "5 d 03 h".
 *
 * @param seconds the age; a negative one is shown as 0 s, since no age is negative, and one that is no number as "unknown".
 */
export function formatAge(seconds: number): string {
  if (Number.isNaN(seconds)) {
    return t('model.age.unknown', 'unknown');
  }
  const whole = Math.floor(Math.max(0, seconds));
  if (whole < MINUTE) {
    return t('model.age.seconds', '{{seconds}} s', { seconds: whole });
  }
  if (whole < HOUR) {
    return t('model.age.minutes', '{{minutes}} min {{seconds}} s', {
      minutes: Math.floor(whole / MINUTE),
      seconds: twoDigits(whole % MINUTE),
    });
  }
  if (whole < DAY) {
    return t('model.age.hours', '{{hours}} h {{minutes}} min', {
      hours: Math.floor(whole / HOUR),
      minutes: twoDigits((whole % HOUR) / MINUTE),
    });
  }
  return t('model.age.days', '{{days}} d {{hours}} h', {
    days: Math.floor(whole / DAY),
    hours: twoDigits((whole % DAY) / HOUR),
  });
}

/** An age with "≥" in front where the true age may be greater. */
export function formatQualifiedAge(seconds: number, quality: Quality): string {
  const age = formatAge(seconds);
  return quality === 'at least' && !Number.isNaN(seconds) ? `≥ ${age}` : age;
}

/** Since when, for people: "since 2026-11-22 12:00:00", with "at least" in front where it may be longer. */
export function formatSince(since: number, quality: Quality, timeZone?: TimeZone): string {
  const moment = formatMoment(since, timeZone);
  return quality === 'at least'
    ? t('model.age.at-least-since', 'at least since {{moment}}', { moment })
    : t('model.age.since', 'since {{moment}}', { moment });
}

/** What a quality means, as a sentence. */
export function describeQuality(quality: Quality): string {
  switch (quality) {
    case 'exact':
      return t('model.quality.exact', 'The coordinator itself says since when.');
    case 'observed':
      return t('model.quality.observed', 'Unjam saw it change between two looks.');
    case 'at least':
      return t(
        'model.quality.at-least',
        'It was so before Unjam looked, or began while nobody was looking: it may have lasted longer.'
      );
    case '':
      return t('model.quality.unknown', 'It is not known since when.');
  }
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
