import { t } from '../i18n/text';

/** A whole number with the separators of the user's locale, which the browser names. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat().format(value);
}

/** A ratio in whole percent: "38 %". It is cut, not rounded: a buffer is 100 % full when it is, and not before. */
export function formatRatio(ratio: number): string {
  const percent = Math.floor(ratio * 100);
  return percent === 0 && ratio > 0 ? '<1 %' : `${formatNumber(percent)} %`;
}

/** Stands where a figure is not exposed: never 0. */
export function notExposed(): string {
  return t('model.numbers.not-exposed', 'not exposed');
}
