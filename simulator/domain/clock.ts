/** A source of real time in milliseconds; only differences count. */
export type RealNow = () => number;

/** Virtual time: real time, made faster by a factor and moved forward by hand. It never goes back. */
export class VirtualClock {
  readonly #realNow: RealNow;
  /** Virtual and real time of the last change of speed. */
  #virtualBase: number;
  #realBase: number;
  #speed: number;

  /**
   * @param start virtual time at the beginning, epoch milliseconds
   * @param speed virtual milliseconds for each real one; 0 stands still
   */
  constructor(start: number, speed: number, realNow: RealNow) {
    this.#realNow = realNow;
    this.#virtualBase = start;
    this.#realBase = realNow();
    this.#speed = requireSpeed(speed);
  }

  /** Virtual now, in epoch milliseconds. */
  now(): number {
    return this.#virtualBase + Math.floor((this.#realNow() - this.#realBase) * this.#speed);
  }

  get speed(): number {
    return this.#speed;
  }

  /** Changes the factor from now on. */
  setSpeed(speed: number): void {
    const checked = requireSpeed(speed);
    this.#virtualBase = this.now();
    this.#realBase = this.#realNow();
    this.#speed = checked;
  }

  /** Moves virtual time forward by `ms` at once. */
  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) {
      throw new RangeError('Virtual time only moves forward: give a number of seconds that is not negative.');
    }
    this.#virtualBase += ms;
  }
}

/** The fastest that makes sense: a day a second. */
const MAX_SPEED = 86_400;

function requireSpeed(speed: number): number {
  if (!Number.isFinite(speed) || speed < 0 || speed > MAX_SPEED) {
    throw new RangeError(`The speed is a number from 0 to ${MAX_SPEED}.`);
  }
  return speed;
}
