// @ts-check
// Makes the Go and TypeScript types of our resource API from
// contract/resources.yaml, from the catalogues in src the alert rules and the
// tables of the docs, and from the texts in src the files of src/locales. `--check` fails when the files in the tree differ.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogueFiles } from './lib/catalogues.mjs';
import { localeFiles } from './lib/locales.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const contract = 'contract/resources.yaml';
// Pinned: generated files must not change because a generator did.
const goGenerator = 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.5.0';
const outputs = { go: 'pkg/plugin/api/resources.gen.go', ts: 'src/api/resources.gen.ts' };

/**
 * Writes both files into a folder and returns their texts.
 * @param {string} folder
 * @returns {Record<string, string>}
 */
function generate(folder) {
  const goFile = path.join(folder, 'resources.gen.go');
  const tsFile = path.join(folder, 'resources.gen.ts');
  execFileSync('go', ['run', goGenerator, '-config', 'contract/oapi-codegen.yaml', '-o', goFile, contract], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  execFileSync('npx', ['--no-install', 'openapi-typescript', contract, '-o', tsFile], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { go: readFileSync(goFile, 'utf8'), ts: readFileSync(tsFile, 'utf8') };
}

const folder = mkdtempSync(path.join(tmpdir(), 'unjam-generate-'));
try {
  const texts = generate(folder);
  for (const [language, file] of Object.entries(outputs)) {
    settle(file, texts[language] ?? '', contract);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [file, text] of Object.entries(await catalogueFiles())) {
  settle(file, text, 'the catalogues in src');
}
for (const [file, text] of Object.entries(localeFiles())) {
  settle(file, text, 'the texts in src');
}

/**
 * Writes a file, or with --check compares it.
 * @param {string} file
 * @param {string} text
 * @param {string} source what it is made from
 */
function settle(file, text, source) {
  const target = path.join(root, file);
  if (!process.argv.includes('--check')) {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  } else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    console.error(`${file} does not match ${source}: run "npm run generate" and commit the result.`);
    process.exitCode = 1;
  }
}
