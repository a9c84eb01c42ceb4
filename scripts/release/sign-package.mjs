#!/usr/bin/env node
// @ts-check
/**
 * `npm run sign -- FILE.zip`: signs a package with Grafana's signer and the token in GRAFANA_ACCESS_POLICY_TOKEN; ROOT_URLS,
 * a list with commas, makes it a private signature for the Grafanas there. Without a token the zip stays unsigned.
 */
import path from 'node:path';
import { run } from '../lib/children.mjs';
import { signPackage } from './sign.mjs';
import { sourceDate } from './sources.mjs';

/** Pinned: it sees the token. */
const SIGNER = '@grafana/sign-plugin@3.3.3';

const [file] = process.argv.slice(2);
if (!file) {
  console.error('Say which: npm run sign -- artifacts/unjam-jobs-app-VERSION.zip');
  process.exit(2);
}
if (!process.env.GRAFANA_ACCESS_POLICY_TOKEN) {
  console.log('GRAFANA_ACCESS_POLICY_TOKEN is not set: the zip stays UNSIGNED.');
  console.log('A Grafana loads it only where grafana.ini names its four ids: docs/unsigned-plugins.md.');
  process.exit(0);
}
const urls = process.env.ROOT_URLS ? ['--rootUrls', process.env.ROOT_URLS] : [];
await signPackage({
  file: path.resolve(file),
  at: await sourceDate(),
  signer: async (folder) => {
    const { code, output } = await run('npx', ['--yes', SIGNER, '--distDir', folder, ...urls]);
    if (code !== 0) {
      throw new Error(`The signer failed:\n${output}`);
    }
  },
});
console.log(`${path.basename(file)} is signed.`);
