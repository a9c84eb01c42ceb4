import { type Kind } from './model';
import { rulesFor, titleFor } from './rules';
import texts from './texts.gen.json';

/** The data source that rules are bound to. */
export interface Bound {
  uid: string;
  /** Its name for people; it makes the rules' titles unique. */
  name: string;
  kind: Kind;
}

/** Grafana's bound for a rule's uid is 40 characters, and the longest id of ours has 23. */
const PREFIX_CHARACTERS = 16;
const HASH_CHARACTERS = 6;
/** Grafana's bound for a title is 190 characters; the longest of ours has 36. */
const NAME_CHARACTERS = 120;

/** A provisioning file with the rules for a data source. */
export function rulesYaml(bound: Bound): string {
  const ruleTexts = new Map(Object.entries(texts.rules));
  const parts = rulesFor(bound.kind).map((rule) =>
    filled(ruleTexts.get(rule.id) ?? '', bound, titleFor(rule, bound.kind))
  );
  return filled(texts.head, bound, '') + parts.join('\n');
}

/** What the uids of a data source's rules begin with: its own uid, or where that is too long, a shorter one. */
export function rulePrefix(uid: string): string {
  if (uid.length <= PREFIX_CHARACTERS) {
    return uid;
  }
  return `${uid.slice(0, PREFIX_CHARACTERS - HASH_CHARACTERS - 1)}-${hash(uid)}`;
}

function filled(text: string, { uid, name }: Bound, title: string): string {
  const values = new Map([
    ['UID', uid],
    ['PREFIX', rulePrefix(uid)],
    ['TITLE', title],
    ['GROUP', `unjam-${uid}`],
    ['NAME', inQuotes([...name].slice(0, NAME_CHARACTERS).join(''))],
  ]);
  return text.replace(/@([A-Z]+)@/g, (mark, key: string) => values.get(key) ?? mark);
}

/** Text for between the double quotes of YAML, which are JSON's. Grafana takes $NAME of provisioned files for a variable. */
function inQuotes(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('$', '$$$$');
}

/** FNV-1a with 32 bits: short and the same everywhere; it guards against nothing. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value.toString(36).padStart(HASH_CHARACTERS, '0').slice(-HASH_CHARACTERS);
}
