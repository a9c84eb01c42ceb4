/** A whole number with the separators of the user's locale, which the browser names. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat().format(value);
}
