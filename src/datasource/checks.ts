/** What may stand in a setting. What is wrong with one is said as a sentence, which is empty when nothing is. */

/** Both ends included. */
export type Range = readonly [least: number, most: number];

/** A range in words. */
export function describeRange([least, most]: Range): string {
  return `${least} to ${most}`;
}

/** What is wrong with an address, as a sentence; empty when nothing is. */
export function checkAddress(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return `"${address}" is no address. Write it like http://master-1:8080.`;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `"${address}" must begin with http:// or https://.`;
  }
  if (url.username || url.password) {
    return `The address of ${url.host} holds a user name or password. Write them into their own fields below: addresses are not secret.`;
  }
  if (url.search || url.hash) {
    return `"${address}" must not hold "?" or "#".`;
  }
  return '';
}

/**
 * What is wrong with a list of addresses, as one sentence; empty when nothing is.
 *
 * @param ofWhat whose address is demanded, as in "of a master"; empty where none is.
 */
export function checkAddresses(addresses: string[], ofWhat: string): string {
  if (addresses.length === 0) {
    return ofWhat && `Write at least one address ${ofWhat}.`;
  }
  const wrong = addresses.map(checkAddress).find((sentence) => sentence !== '');
  if (wrong !== undefined) {
    return wrong;
  }
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  return twice === undefined ? '' : `"${twice}" is written twice.`;
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
    return `"${zone}" is no time zone. Write its IANA name, like Europe/Vienna or UTC.`;
  }
}

/** What is wrong with a number, as a sentence; empty when nothing is. An absent one stands for the default. */
export function checkNumber(value: number | undefined, range: Range): string {
  if (value === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1])) {
    return '';
  }
  return `Write a whole number from ${describeRange(range)}.`;
}
