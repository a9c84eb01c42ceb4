// @ts-check
/** The pages of the documentation as data: their blocks of code, headings and links. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/children.mjs';

/**
 * @typedef {object} Block a fenced block
 * @property {string} page its path from the repository's root
 * @property {number} line the fence's line
 * @property {string} language the word after the fence; empty where there is none
 * @property {string} text what is inside, without the fence's indentation
 * @typedef {object} Link
 * @property {string} page
 * @property {number} line
 * @property {string} target as it is written
 * @typedef {object} Page
 * @property {string} path from the repository's root, with slashes
 * @property {string} text
 * @property {string[]} headings as they are written
 * @property {Set<string>} anchors what "#…" can name on it
 * @property {Block[]} blocks
 * @property {Link[]} links
 * @property {{ line: number, text: string }[]} spans code within sentences
 */

/** @returns {Page[]} README.md, and all of docs. */
export function readPages() {
  const docs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join('docs', name.split(path.sep).join('/')));
  return ['README.md', ...docs.sort()].map((name) => parsePage(name, readFileSync(path.join(root, name), 'utf8')));
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {Page}
 */
export function parsePage(name, text) {
  /** @type {Page} */
  const page = { path: name, text, headings: [], anchors: new Set(), blocks: [], links: [], spans: [] };
  /** @type {{ fence: string, indent: number, line: number, language: string, lines: string[] } | undefined} */
  let open;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^(\s*)(```+)\s*(\S*)\s*$/.exec(line);
    if (open) {
      if (fence && fence[2] === open.fence && fence[3] === '') {
        page.blocks.push({ page: name, line: open.line, language: open.language, text: open.lines.join('\n') });
        open = undefined;
      } else {
        open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
      }
    } else if (fence) {
      const [, indent = '', marks = '', language = ''] = fence;
      open = { fence: marks, indent: indent.length, line: index + 1, language, lines: [] };
    } else {
      readLine(page, line, index + 1);
    }
  }
  if (open) {
    throw new Error(`${name}:${open.line}: the block has no end.`);
  }
  return page;
}

/**
 * A line outside of blocks.
 * @param {Page} page
 * @param {string} line
 * @param {number} number
 */
function readLine(page, line, number) {
  for (const [, text = ''] of line.matchAll(/`([^`]+)`/g)) {
    page.spans.push({ line: number, text });
  }
  const heading = /^#{1,6} (.+)$/.exec(line);
  if (heading?.[1]) {
    page.headings.push(heading[1]);
    page.anchors.add(unused(anchorOf(heading[1]), page.anchors));
  }
  for (const [, target = ''] of line.replace(/`[^`]*`/g, '``').matchAll(/\]\(([^()\s]+)\)/g)) {
    page.links.push({ page: page.path, line: number, target });
  }
}

/**
 * The anchor that GitHub gives a heading.
 * @param {string} heading
 */
export function anchorOf(heading) {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * The second heading of the same words has "-1" at its anchor's end.
 * @param {string} anchor
 * @param {Set<string>} taken
 */
function unused(anchor, taken) {
  let free = anchor;
  for (let number = 1; taken.has(free); number++) {
    free = `${anchor}-${number}`;
  }
  return free;
}

/** The languages whose blocks hold commands. */
const SHELLS = ['sh', 'bash', 'console'];

/**
 * The commands of a block, without comments, prompts and what is printed.
 * @param {Block} block
 * @returns {string[]}
 */
export function commandsOf(block) {
  if (!SHELLS.includes(block.language)) {
    return [];
  }
  const joined = block.text.replace(/\\\n\s*/g, '');
  return joined
    .split('\n')
    .filter((line) => block.language !== 'console' || line.startsWith('$ '))
    .map((line) => withoutComment(block.language === 'console' ? line.slice(2) : line))
    .filter((line) => line !== '');
}

/**
 * A "#" begins a comment after a space, outside of quotes.
 * @param {string} line
 */
function withoutComment(line) {
  let quote = '';
  for (const [index, character] of [...line].entries()) {
    if (quote) {
      quote = character === quote ? '' : quote;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '#' && (index === 0 || /\s/.test(line[index - 1] ?? ''))) {
      return line.slice(0, index).trim();
    }
  }
  return line.trim();
}
