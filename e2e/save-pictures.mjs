#!/usr/bin/env node
// @ts-check
/** `npm run docs:pictures`: copies screenshots of the last runs into the docs and the plugin. Look at them first. */
import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES } from './lib/pictures.mjs';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const DOCS = path.join(ROOT, 'docs', 'img');
/** The catalogue's screenshots are some of those of the docs, by the same names. */
const PLUGIN = path.join(ROOT, 'src');
/** What a page of the docs may load for one picture, in bytes. */
const MOST_BYTES = 250_000;

/** The docs' names, and which run takes the picture: "grafana/…" the journey, "workbench/…" that of the workbench. */
const COPIES = {
  'stuck-jobs-dark': 'grafana/panel-dark',
  'force-stop-dark': 'grafana/force-stop-filled-dark',
  'overview-dark': 'workbench/overview-dark',
  'job-dark': 'workbench/job-dark',
  // Taken only where the machine has a font for it.
  'job-chinese-dark': 'workbench/screen-chinese-dark',
  'job-cloverdx-light': 'workbench/clover-job-light',
  'audit-dark': 'workbench/audit-dark',
  'setup-light': 'workbench/setup-light',
  'delivery-dark': 'workbench/clover-delivery-dark',
  'delivery-light': 'workbench/clover-delivery-light',
};

/** The catalogue's screenshots, as paths below src. */
const screenshots = JSON.parse(readFileSync(path.join(PLUGIN, 'plugin.json'), 'utf8')).info.screenshots.map(
  (/** @type {{ path: string }} */ one) => one.path
);

for (const [name, taken] of Object.entries(COPIES)) {
  const from = path.join(PICTURES, `${taken}.png`);
  if (!existsSync(from)) {
    console.log(`docs/img/${name}.png stays: there is no ${taken}.png.`);
  } else if (statSync(from).size > MOST_BYTES) {
    console.error(
      `docs/img/${name}.png stays: ${taken}.png has ${statSync(from).size} bytes of at most ${MOST_BYTES}.`
    );
    process.exitCode = 1;
  } else {
    copyFileSync(from, path.join(DOCS, `${name}.png`));
    const screenshot = `img/${name}.png`;
    if (screenshots.includes(screenshot)) {
      copyFileSync(from, path.join(PLUGIN, screenshot));
    }
    console.log(`docs/img/${name}.png is now ${taken}.png.`);
  }
}
