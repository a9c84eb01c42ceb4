// @ts-check
/** Zip files: written so that equal contents give equal bytes, and read with the modes of their files. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import yauzl from 'yauzl';
import { ZipFile } from 'yazl';

/** A program must be executable for all, and the catalogue wants exactly this. */
export const PROGRAM_MODE = 0o755;
export const FILE_MODE = 0o644;
/** Where a zip made on Unix keeps the mode in the external attributes. */
const MODE_SHIFT = 16;
const PERMISSIONS = 0o777;
/** A file is stored with its type, too. */
const REGULAR_FILE = 0o100000;

/**
 * @typedef {object} Entry
 * @property {string} name its path in the archive, with slashes
 * @property {number} mode its permissions
 * @property {Buffer} bytes
 */

/**
 * Writes an archive: sorted by name, every file of the same time.
 * @param {string} file
 * @param {Entry[]} entries
 * @param {Date} at the time of all files
 */
export async function writeArchive(file, entries, at) {
  const zip = new ZipFile();
  const mtime = wallClock(at);
  for (const { name, mode, bytes } of [...entries].sort((one, other) => compare(one.name, other.name))) {
    // Without forceDosTimestamp a second stamp would be written, of another zone on another machine.
    zip.addBuffer(bytes, name, { mtime, mode: REGULAR_FILE | mode, compressionLevel: 9, forceDosTimestamp: true });
  }
  zip.end();
  const out = createWriteStream(file);
  zip.outputStream.pipe(out);
  await once(out, 'close');
}

/**
 * Reads an archive, its folders left out.
 * @param {string} file
 * @returns {Promise<Entry[]>} in the order of the archive
 * @throws {Error} where it is no zip, or holds a path that leads out of it
 */
export async function readArchive(file) {
  const zip = await yauzl.openPromise(file);
  /** @type {Entry[]} */
  const entries = [];
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/')) {
      const chunks = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) {
        chunks.push(chunk);
      }
      const mode = (entry.externalFileAttributes >>> MODE_SHIFT) & PERMISSIONS;
      entries.push({ name: entry.fileName, mode, bytes: Buffer.concat(chunks) });
    }
  }
  return entries;
}

/**
 * The time whose parts in this machine's zone are those of UTC: a zip keeps parts, and no zone.
 * @param {Date} at
 */
function wallClock(at) {
  return new Date(
    at.getUTCFullYear(),
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds()
  );
}

/**
 * By code unit, as no locale has it.
 * @param {string} one
 * @param {string} other
 */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
