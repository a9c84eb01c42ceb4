interface Entry {
  readonly at: number;
  /** Entries of the same time run in the order in which they were made. */
  readonly order: number;
  readonly what: string;
  readonly run: () => void;
}

/** What is still to happen, as the control page shows it. */
export interface Upcoming {
  /** Virtual time, epoch milliseconds. */
  readonly at: number;
  readonly what: string;
}

/**
 * Things that happen at virtual times. Nothing runs by itself: whoever looks at the cluster lets run what is due
 * first, each at its own time, so that the outcome does not depend on when somebody looks.
 */
export class Schedule {
  #entries: Entry[] = [];
  #count = 0;

  /** @param what a few words for people; empty for what is not worth showing */
  at(time: number, what: string, run: () => void): void {
    const entry: Entry = { at: time, order: this.#count++, what, run };
    const before = this.#entries.findIndex((other) => other.at > time);
    this.#entries.splice(before === -1 ? this.#entries.length : before, 0, entry);
  }

  /** Lets run what is due at `now`, earliest first; `enter` is told each entry's time before it runs. */
  runDue(now: number, enter: (time: number) => void): void {
    for (let next = this.#entries[0]; next && next.at <= now; next = this.#entries[0]) {
      this.#entries.shift();
      enter(next.at);
      next.run();
    }
  }

  /** What is still to come and worth showing. */
  upcoming(): Upcoming[] {
    return this.#entries.filter(({ what }) => what !== '').map(({ at, what }) => ({ at, what }));
  }
}
