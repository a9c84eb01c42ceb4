// @ts-check
/** A cache of folders that are built once from their sources. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE_DIR, GENERATED_DIR } from './paths.mjs';

/** Digits of the content hash in a folder's name: enough to tell versions of one source apart. */
const HASH_DIGITS = 16;

/**
 * Gives a folder built from the given inputs; builds it if there is none yet. Parallel builders do
 * not disturb each other: each builds aside, the first rename wins.
 * @param {string} name readable first part of the folder's name
 * @param {{ files?: string[], texts?: string[] }} inputs what the folder depends on
 * @param {(folder: string) => Promise<void>} build fills the folder
 * @returns {Promise<string>} the folder
 */
export async function cached(name, inputs, build) {
  const hash = createHash('sha256');
  for (const file of inputs.files ?? []) {
    hash.update(readFileSync(file));
  }
  for (const text of inputs.texts ?? []) {
    hash.update(text);
  }
  const folder = join(CACHE_DIR, `${name}-${hash.digest('hex').slice(0, HASH_DIGITS)}`);
  if (existsSync(folder)) {
    return folder;
  }
  mkdirSync(CACHE_DIR, { recursive: true });
  // Generated folders ignore themselves: nothing of it is ever committed.
  writeFileSync(join(GENERATED_DIR, '.gitignore'), '*\n');
  const aside = mkdtempSync(join(CACHE_DIR, `.${name}-`));
  try {
    await build(aside);
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(folder)) {
      throw error;
    }
  }
  return folder;
}
