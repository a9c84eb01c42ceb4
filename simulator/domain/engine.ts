/** What an engine of a declared version can do and how its answers look. */
export interface Engine {
  /** What /overview declares. */
  readonly version: string;
  /** REST v2 came with 2.3.9. */
  readonly restV2: boolean;
  /** Released engines up to 2.3.13 ignore `force`, do a plain cancel and answer 200. */
  readonly forceStop: boolean;
  /** Whose answers are imitated: those that were measured. */
  readonly dialect: '2.3.8' | '2.3.13';
}

export type ForceStopSetting = 'auto' | 'yes' | 'no';

const FIRST_WITH_REST_V2 = [2, 3, 9] as const;
const FIRST_WITH_FORCE_STOP = [3, 0, 0] as const;

/**
 * The engine that a version stands for. `forceStop` is for patched builds; `auto` goes by the version.
 *
 * @throws RangeError if it is no version
 */
export function engineOf(version: string, forceStop: ForceStopSetting = 'auto'): Engine {
  const release = parse(version);
  const restV2 = !before(release, FIRST_WITH_REST_V2);
  return {
    version,
    restV2,
    forceStop: forceStop === 'auto' ? !before(release, FIRST_WITH_FORCE_STOP) : forceStop === 'yes',
    dialect: restV2 ? '2.3.13' : '2.3.8',
  };
}

type Release = readonly [number, number, number];

function parse(version: string): Release {
  const match = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})(-[\w.]+)?$/.exec(version);
  if (!match) {
    throw new RangeError(`"${version}" is no version such as 2.3.13 or 3.0.0-SNAPSHOT.`);
  }
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

function before(one: Release, other: Release): boolean {
  for (const [i, number] of one.entries()) {
    const against = other[i] ?? 0;
    if (number !== against) {
      return number < against;
    }
  }
  return false;
}
