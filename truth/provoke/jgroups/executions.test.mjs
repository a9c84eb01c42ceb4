// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Executions } from './executions.mjs';

/**
 * @param {Executions} executions
 * @param {string} path
 * @param {Record<string, string>} [headers]
 */
async function ask(executions, path, headers = { 'X-Requested-By': 'test' }) {
  const answer = await fetch(`${executions.url}/api/rest/v1${path}`, { headers });
  return { status: answer.status, body: answer.ok ? /** @type {any} */ (await answer.json()) : null };
}

test('a parent and its child run, the child ends, and both can still be asked for', async (t) => {
  const executions = new Executions();
  await executions.listen();
  t.after(() => executions.close());
  const parent = executions.start('nodeA');
  const child = executions.start('nodeC', parent);
  const running = async () => (await ask(executions, '/executions?status=RUNNING')).body.members;

  assert.deepEqual(
    (await running()).map((/** @type {any} */ one) => [one.runId, one.node, one.parentRunId]),
    [
      [parent, 'nodeA', undefined],
      [child, 'nodeC', parent],
    ]
  );
  executions.end(child);
  assert.deepEqual(
    (await running()).map((/** @type {any} */ one) => one.runId),
    [parent]
  );
  assert.equal((await ask(executions, `/executions/${child}`)).body.status, 'FINISHED_OK');
});

test('what CloverDX refuses is refused', async (t) => {
  const executions = new Executions();
  await executions.listen();
  t.after(() => executions.close());
  assert.equal((await ask(executions, '/executions?status=RUNNING', {})).status, 404);
  assert.equal((await ask(executions, '/executions/77')).status, 404);
  assert.throws(() => executions.end(77), /There is no execution 77/);
});
