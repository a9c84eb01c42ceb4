// @ts-check
/** What a program started, and what of it is left afterwards. Linux only: it reads /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Often enough to see programs that live for a moment; a build starts hundreds. */
const LOOK_EVERY_MS = 100;
/** Of a listening socket in /proc/net/tcp. */
const LISTENING = '0A';

/**
 * @typedef {object} Process
 * @property {number} pid
 * @property {number} parent
 * @property {string} begun with the pid it tells a process from a later one of the same number
 * @property {string} state Z for one that has ended and whose parent has not looked yet
 * @property {string} name
 */

/**
 * Follows a process and all that descend from it, also those that were adopted by init meanwhile.
 * @param {number} pid
 * @returns {{ stop: () => void, count: () => number, alive: () => Process[], ports: () => number[] }}
 */
export function follow(pid) {
  /** @type {Map<number, string>} */
  const seen = new Map();
  const look = () => {
    const all = processes();
    // A child may be listed before its parent.
    for (let found = -1; found !== seen.size;) {
      found = seen.size;
      for (const one of all) {
        if (one.pid === pid || seen.has(one.parent)) {
          seen.set(one.pid, one.begun);
        }
      }
    }
    return all.filter((one) => seen.get(one.pid) === one.begun && one.state !== 'Z');
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop: () => clearInterval(timer),
    count: () => seen.size,
    alive: look,
    ports: () => listening(look().map((one) => one.pid)),
  };
}

/** @returns {Process[]} */
function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)) ?? []);
}

/**
 * @param {number} pid
 * @returns {Process | undefined}
 */
function read(pid) {
  const text = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const parts = text && /^\d+ \((.*)\) (\w) (\d+) (.*)$/s.exec(text);
  if (!parts) {
    return undefined;
  }
  const [, name = '', state = '', parent = '', rest = ''] = parts;
  // Field 22 of proc(5); `rest` begins with field 5.
  return { pid, name, state, parent: Number(parent), begun: rest.split(' ')[17] ?? '' };
}

/**
 * The ports on which processes listen.
 * @param {number[]} pids
 */
function listening(pids) {
  /** @type {Map<string, number>} */
  const sockets = new Map();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (quietly(() => readFileSync(file, 'utf8')) ?? '').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTENING && local && inode) {
        sockets.set(inode, Number.parseInt(local.split(':')[1] ?? '', 16));
      }
    }
  }
  const open = pids.flatMap((pid) =>
    (quietly(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((name) => {
      const target = quietly(() => readlinkSync(`/proc/${pid}/fd/${name}`)) ?? '';
      return sockets.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '') ?? [];
    })
  );
  return [...new Set(open)].sort((a, b) => a - b);
}

/**
 * Reads what may be gone by now.
 * @template T
 * @param {() => T} look
 * @returns {T | undefined}
 */
function quietly(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}
