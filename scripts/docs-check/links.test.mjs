// @ts-check
/** The pages hold together: links and their anchors lead somewhere, and every page can be found. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../lib/children.mjs';
import { anchorOf, readPages } from './pages.mjs';

const pages = readPages();
const byPath = new Map(pages.map((page) => [page.path, page]));
const INDEX = 'docs/README.md';

describe('a link of the docs', () => {
  for (const page of pages) {
    test(`leads somewhere: ${page.path}`, () => {
      const broken = page.links.filter(({ target }) => !leads(page.path, target));
      assert.deepEqual(
        broken.map(({ line, target }) => `${page.path}:${line}: ${target}`),
        []
      );
    });
  }

  test('to an anchor that is not there is found', () => {
    assert.equal(leads('docs/actions.md', '#policy-of-nobody'), false);
    assert.equal(leads('docs/actions.md', 'no-such-page.md'), false);
    assert.equal(leads('docs/actions.md', 'alerts.md#the-rules'), true);
  });

  test('has the anchor that GitHub makes', () => {
    assert.equal(anchorOf('What is exposed, and what is not'), 'what-is-exposed-and-what-is-not');
    assert.equal(anchorOf('`actions` in _jsonData_: [policy](policy.md)'), 'actions-in-jsondata-policy');
    assert.equal(anchorOf('sent_buffer'), 'sent_buffer');
  });
});

test('every page is in the index', () => {
  const index = byPath.get(INDEX);
  assert.ok(index);
  const linked = new Set(index.links.map(({ target }) => path.posix.join('docs', target.split('#')[0] ?? '')));
  // The runbooks are listed by the table of the alert rules.
  const missing = pages.filter(
    ({ path: at }) => at.startsWith('docs/') && !at.startsWith('docs/runbooks/') && at !== INDEX
  );
  assert.deepEqual(
    missing.map(({ path: at }) => at).filter((at) => !linked.has(at)),
    []
  );
});

test('every runbook answers the same questions, in the same order', () => {
  for (const page of pages.filter(({ path: at }) => at.startsWith('docs/runbooks/'))) {
    assert.deepEqual(
      page.headings.slice(1),
      ['What it means', 'Can I wait?', 'What to do', 'What not to do', 'How it ends'],
      page.path
    );
  }
});

test('the README has no comments: GitHub and the plugin catalogue show them in other places', () => {
  assert.ok(!byPath.get('README.md')?.text.includes('<!--'));
});

/**
 * @param {string} from the page's path
 * @param {string} target
 */
function leads(from, target) {
  if (/^[a-z]+:/.test(target)) {
    // No check needs the internet; http would be a slip.
    return target.startsWith('https://');
  }
  const [file = '', anchor] = target.split('#');
  const at = file === '' ? from : path.posix.normalize(path.posix.join(path.posix.dirname(from), decodeURI(file)));
  if (!existsSync(path.join(root, at)) || at.startsWith('..')) {
    return false;
  }
  return anchor === undefined || (byPath.get(at)?.anchors.has(anchor) ?? !at.startsWith('docs/'));
}
