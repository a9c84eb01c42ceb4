/** Longest that an offset from UTC is kept: zones change theirs at quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
/** Offsets that are kept; a list of jobs spans few quarters at a time. */
const KEPT = 10_000;

/** Writes times as SeaTunnel does: local time of the server, without zone ("2026-11-22 17:20:16"). */
export class ZoneFormat {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;
  /** A job's create and start times are mostly the same. */
  #last = { epochMs: NaN, text: '' };
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError if the zone is unknown */
  constructor(zone: string) {
    this.zone = zone;
    this.#format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' });
  }

  text(epochMs: number): string {
    if (epochMs !== this.#last.epochMs) {
      const text = new Date(epochMs + this.#offset(epochMs)).toISOString();
      this.#last = { epochMs, text: `${text.slice(0, 10)} ${text.slice(11, 19)}` };
    }
    return this.#last.text;
  }

  /** Milliseconds ahead of UTC. */
  #offset(epochMs: number): number {
    const quarter = Math.floor(epochMs / QUARTER_MS);
    const kept = this.#offsets.get(quarter);
    if (kept !== undefined) {
      return kept;
    }
    const name = this.#format.formatToParts(quarter * QUARTER_MS).find(({ type }) => type === 'timeZoneName')?.value;
    const match = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name ?? '');
    const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
    const offset = (match?.[1] === '-' ? -minutes : minutes) * 60_000;
    if (this.#offsets.size >= KEPT) {
      this.#offsets.clear();
    }
    this.#offsets.set(quarter, offset);
    return offset;
  }
}
