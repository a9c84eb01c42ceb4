// @ts-check
/** Makes a release's zip of dist as it is, for this machine's platform, and checks it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkPackage, faultsIn } from '../release/check.mjs';
import { pack } from '../release/pack.mjs';
import { chosenPlatforms } from '../release/platforms.mjs';

/** The one that the catalogue demands, and that `npm run build` makes. */
const PLATFORM = 'linux/amd64';

/** @returns {Promise<string[]>} what the catalogue would find, and parts that may not be shipped */
export async function packageFaults() {
  const out = mkdtempSync(path.join(tmpdir(), 'unjam-package-'));
  try {
    const { file } = await pack({ platforms: chosenPlatforms(PLATFORM), out });
    const { findings } = await checkPackage(file);
    for (const { rule, fault } of findings.filter(({ severity }) => severity === 'advice')) {
      console.log(`advice: ${rule}: ${fault}`);
    }
    return faultsIn(findings).map(({ rule, severity, fault }) => `${severity}: ${rule}: ${fault}`);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
