import { t as translate } from '@grafana/i18n';

/**
 * A text of ours in the user's language. Called while something is shown, never when a file is loaded: the language is
 * not known before.
 *
 * @param key `<folder>.<topic>.<what>`, the same for the same sentence alone.
 * @param english what is shown where there is no translation; `{{name}}` stands for a value.
 * @param values what is put in. With `count`, the English forms are given as `defaultValue_one` and `defaultValue_other`.
 */
export function t(key: string, english: string, values?: Record<string, unknown>): string {
  // React escapes all that it shows; i18next would do so a second time, and names would read "R&amp;D".
  return translate(key, english, { ...values, interpolation: { escapeValue: false } });
}
