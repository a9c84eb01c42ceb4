// @ts-check
/** Finds a Chromium and drives it. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where systems put a Chromium; CHROME_PATH comes first. */
const KNOWN_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * @returns {{ path: string, reason?: undefined } | { path: null, reason: string }}
 */
export function findBrowser() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    return existsSync(chosen) ? { path: chosen } : { path: null, reason: 'CHROME_PATH names no file' };
  }
  const path = KNOWN_PATHS.find((candidate) => existsSync(candidate));
  return path ? { path } : { path: null, reason: 'no Chromium (set CHROME_PATH, or install chromium)' };
}

/**
 * Starts a Chromium that talks to nobody but the pages it is sent to.
 * @param {string} executablePath
 */
export function startBrowser(executablePath) {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    args: [
      // Chromium refuses its sandbox to root, as which containers of CI run.
      ...(isRoot ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
