// @ts-check
/** A demo that cannot start says why in one sentence, and before it builds. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { root, run } from '../lib/children.mjs';
import { explainGo, portFault, portOf } from './needs.mjs';

describe('Go', () => {
  test('is missing', () => {
    assert.equal(
      explainGo({ missing: true, code: null, said: '' }, '1.26'),
      'Go is missing: install Go 1.26 or newer, the data source is written in it.'
    );
  });

  test('is too old, in the words of go 1.24', () => {
    const said = 'go: go.mod requires go >= 1.26.5 (running go 1.24.9; GOTOOLCHAIN=local)\n';
    assert.match(
      explainGo({ missing: false, code: 1, said }, '1.26') ?? '',
      /^Go 1\.24\.9 is too old: install Go 1\.26/
    );
  });

  test('has another fault: its own last line', () => {
    const said = 'go: downloading go1.26.5\ngo: download go1.26.5: no such host\n';
    assert.match(explainGo({ missing: false, code: 1, said }, '1.26') ?? '', /no such host$/);
  });

  test('is good', () => {
    assert.equal(explainGo({ missing: false, code: 0, said: '' }, '1.26'), undefined);
  });
});

describe('the port', () => {
  for (const text of ['', 'x', '-1', '65536', '80.5']) {
    test(`"${text}" is none`, () => {
      assert.throws(() => portOf(text), /names no port: use 1 to 65535/);
    });
  }

  test('that is in use is named', async () => {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    assert.match((await portFault(port)) ?? '', new RegExp(`^Port ${port} of 127.0.0.1 is in use: name another`));
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await portFault(port), undefined);
  });
});

describe('npm run demo', () => {
  test('ends at once, with one sentence, where the port is none', async () => {
    const { code, output } = await run('node', ['scripts/demo.mjs', '--port', 'x'], { cwd: root, minutes: 1 });
    assert.equal(code, 1);
    assert.match(output, /^\s*The demo could not start: "--port x" names no port: [^\n]*\n$/);
  });

  test('ends at once, with one sentence, where there is no Go', async () => {
    const { code, output } = await run(process.execPath, ['scripts/demo.mjs'], {
      env: { PATH: '/nowhere' },
      minutes: 1,
    });
    assert.equal(code, 1);
    assert.match(output, /^\s*The demo could not start: Go is missing: [^\n]*\n$/);
  });
});
