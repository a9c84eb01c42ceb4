// @ts-check
/**
 * Signs a package: Grafana's signer adds MANIFEST.txt, which names every file with its hash, so it must see exactly the files
 * of the zip, and the zip is written anew with it.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FILE_MODE, readArchive, writeArchive } from './archive.mjs';

/** What the signer writes. */
export const MANIFEST = 'MANIFEST.txt';
/** The catalogue asks for SHA-1, people should use SHA-256. */
const CHECKSUMS = ['sha1', 'sha256'];

/**
 * @param {object} options
 * @param {string} options.file the zip, which is replaced
 * @param {Date} options.at the time of all files
 * @param {(folder: string) => Promise<void>} options.signer writes MANIFEST into the plugin's folder
 * @throws {Error} where the signer wrote none, or changed anything else
 */
export async function signPackage({ file, at, signer }) {
  const entries = await readArchive(file);
  const [top = ''] = entries[0]?.name.split('/') ?? [];
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-sign-'));
  try {
    for (const { name, mode, bytes } of entries) {
      const to = path.join(folder, name);
      mkdirSync(path.dirname(to), { recursive: true });
      writeFileSync(to, bytes);
      chmodSync(to, mode);
    }
    await signer(path.join(folder, top));
    const manifest = `${top}/${MANIFEST}`;
    const others = entries.filter(({ name }) => name !== manifest);
    const now = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
    const isAsBefore =
      now.length === others.length + 1 &&
      now.includes(manifest) &&
      others.every(({ name, bytes }) => readFileSync(path.join(folder, name)).equals(bytes));
    if (!isAsBefore) {
      throw new Error(`The signer must add ${MANIFEST} and change nothing else; the zip stays as it was.`);
    }
    const bytes = readFileSync(path.join(folder, manifest));
    await writeArchive(file, [...others, { name: manifest, mode: FILE_MODE, bytes }], at);
    writeChecksums(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Writes the checksums of a file beside it, as sha256sum writes them and --check reads them.
 * @param {string} file
 */
export function writeChecksums(file) {
  for (const algorithm of CHECKSUMS) {
    const sum = createHash(algorithm).update(readFileSync(file)).digest('hex');
    writeFileSync(`${file}.${algorithm}`, `${sum}  ${path.basename(file)}\n`);
  }
}
