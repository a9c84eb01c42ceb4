#!/usr/bin/env node
// @ts-check
/** `npm run docs:pictures`: copies screenshots of the last runs into the docs and the plugin. Look at them first. */
import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES } from './lib/pictures.mjs';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const DOCS = path.join(ROOT, 'docs', 'img');
/** The catalogue's screenshots are some of those of the docs, by the same names. */
const PLUGIN = path.join(ROOT, 'src', 'img');

/** The docs' names, and which run takes the picture: "grafana/…" the journey, "workbench/…" that of the workbench. */
const COPIES = {
  'stuck-jobs-dark': 'grafana/panel-dark',
  'force-stop-dark': 'grafana/force-stop-filled-dark',
  'overview-dark': 'workbench/overview-after-dark',
  'delivery-dark': 'workbench/clover-delivery-dark',
  'delivery-light': 'workbench/clover-delivery-light',
};

for (const [name, taken] of Object.entries(COPIES)) {
  const from = path.join(PICTURES, `${taken}.png`);
  if (existsSync(from)) {
    copyFileSync(from, path.join(DOCS, `${name}.png`));
    if (existsSync(path.join(PLUGIN, `${name}.png`))) {
      copyFileSync(from, path.join(PLUGIN, `${name}.png`));
    }
    console.log(`docs/img/${name}.png is now ${taken}.png.`);
  } else {
    console.log(`docs/img/${name}.png stays: there is no ${taken}.png.`);
  }
}
