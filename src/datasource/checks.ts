import { t } from '../i18n/text';

/** What may stand in a setting. What is wrong with one is said as a sentence, which is empty when nothing is. */

/** Both ends included. */
export type Range = readonly [least: number, most: number];

/** A range in words. */
export function describeRange([least, most]: Range): string {
  return t('datasource.check.range', '{{least}} to {{most}}', { least, most });
}

/** A description with what the backend accepts. */
export function withRange(description: string, range: Range, unit?: string): string {
  const values = { description, range: describeRange(range) };
  return unit
    ? t('datasource.check.described-unit', '{{description}} {{range}} {{unit}}.', { ...values, unit })
    : t('datasource.check.described', '{{description}} {{range}}.', values);
}

/** What is wrong with an address, as a sentence; empty when nothing is. */
export function checkAddress(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return t('datasource.check.no-address', '"{{address}}" is no address. Write it like http://master-1:8080.', {
      address,
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return t('datasource.check.scheme', '"{{address}}" must begin with http:// or https://.', { address });
  }
  if (url.username || url.password) {
    return t(
      'datasource.check.password',
      'The address of {{host}} holds a user name or password. Write them into their own fields below: addresses are not secret.',
      { host: url.host }
    );
  }
  if (url.search || url.hash) {
    return t('datasource.check.query', '"{{address}}" must not hold "?" or "#".', { address });
  }
  return '';
}

/**
 * What is wrong with a list of addresses, as one sentence; empty when nothing is.
 *
 * @param whenNone what is said where there is none; empty where none is demanded.
 */
export function checkAddresses(addresses: string[], whenNone: string): string {
  if (addresses.length === 0) {
    return whenNone;
  }
  const wrong = addresses.map(checkAddress).find((sentence) => sentence !== '');
  if (wrong !== undefined) {
    return wrong;
  }
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  return twice === undefined ? '' : t('datasource.check.twice', '"{{address}}" is written twice.', { address: twice });
}

/** What is wrong with a time zone, as a sentence; empty when nothing is. */
export function checkTimeZone(zone: string | undefined): string {
  if (!zone) {
    return '';
  }
  try {
    Intl.DateTimeFormat(undefined, { timeZone: zone });
    return '';
  } catch {
    return t(
      'datasource.check.time-zone',
      '"{{zone}}" is no time zone. Write its IANA name, like Europe/Vienna or UTC.',
      { zone }
    );
  }
}

/** What is wrong with a number, as a sentence; empty when nothing is. An absent one stands for the default. */
export function checkNumber(value: number | undefined, range: Range): string {
  if (value === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1])) {
    return '';
  }
  return t('datasource.check.number', 'Write a whole number from {{range}}.', { range: describeRange(range) });
}
