/** The in-house coordinator's double against contract/coordinator.yaml. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { isRecord } from '../control/fields.ts';
import { ask, field, objects, pass, runningGeneric } from '../testing/served.ts';

const contract: unknown = parse(readFileSync(new URL('../../contract/coordinator.yaml', import.meta.url), 'utf8'));

function schemaOf(name: string): unknown {
  return field(field(field(contract, 'components'), 'schemas'), name);
}

/** Says where a value is not as a schema of the contract wants it; fields that it does not know count, too. */
function faults(schema: unknown, value: unknown, at: string): string[] {
  const reference = field(schema, '$ref');
  if (typeof reference === 'string') {
    return faults(schemaOf(reference.split('/').at(-1) ?? ''), value, at);
  }
  switch (field(schema, 'type')) {
    case 'object': {
      if (!isRecord(value)) {
        return [`${at} is no object`];
      }
      const properties = field(schema, 'properties');
      const required = field(schema, 'required');
      const missing = Array.isArray(required) ? required.filter((name) => !(String(name) in value)) : [];
      const inner = Object.entries(value).flatMap(([name, one]) => {
        const known = field(properties, name);
        return known === undefined ? [`${at}.${name} is not in the contract`] : faults(known, one, `${at}.${name}`);
      });
      return [...missing.map((name) => `${at}.${String(name)} is missing`), ...inner];
    }
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((one, index) => faults(field(schema, 'items'), one, `${at}[${index}]`))
        : [`${at} is no list`];
    case 'integer':
      return Number.isInteger(value) && Number(value) >= 0 ? [] : [`${at} is no count`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${at} is neither true nor false`];
    default:
      return textFaults(schema, value, at);
  }
}

function textFaults(schema: unknown, value: unknown, at: string): string[] {
  const allowed = field(schema, 'enum');
  const pattern = field(schema, 'pattern');
  const fits =
    typeof value === 'string' &&
    (!Array.isArray(allowed) || allowed.includes(value)) &&
    (typeof pattern !== 'string' || new RegExp(pattern).test(value)) &&
    (field(schema, 'format') !== 'date-time' || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value));
  return fits ? [] : [`${at} is ${JSON.stringify(value)}`];
}

test('every route answers as the contract says', async (t) => {
  const simulator = await runningGeneric(t, { scenario: 'generic-stuck' });
  pass(simulator, 120);
  for (const [path, schema] of [
    ['/info', 'Info'],
    ['/members', 'Members'],
    ['/jobs', 'JobPage'],
    ['/jobs/733584788375666689', 'Job'],
    ['/delivery', 'Deliveries'],
  ] as const) {
    const { status, contentType, json } = await ask(`${simulator.base}${path}`);
    assert.deepEqual([status, contentType], [200, 'application/json'], path);
    assert.deepEqual(faults({ $ref: `#/components/schemas/${schema}` }, json, schema), [], path);
  }
  const none = await ask(`${simulator.base}/jobs/none`);
  assert.deepEqual([none.status, faults(schemaOf('Failure'), none.json, 'Failure')], [404, []]);
  const rows = objects(field((await ask(`${simulator.base}/delivery`)).json, 'deliveries'));
  assert.deepEqual([rows.length, rows.filter(({ reachable }) => reachable === false).length], [6, 4]);
});

test('generic-stuck: a cancel changes nothing, force stop ends it; its end is found by id', async (t) => {
  const simulator = await runningGeneric(t, { scenario: 'generic-stuck' });
  const { base } = simulator;
  const open = objects(field((await ask(`${base}/jobs`)).json, 'jobs'));
  assert.deepEqual(
    open.map(({ state }) => state),
    ['running', 'running', 'running', 'running', 'canceling', 'canceling']
  );
  const [running, stuck] = [open[0] ?? {}, open[4] ?? {}];
  const send = async (job: Record<string, unknown>, what: string, createdAt = job['createdAt']): Promise<number> =>
    (await ask(`${base}/jobs/${String(job['id'])}/${what}`, { body: { createdAt } })).status;
  const stateOf = async (job: Record<string, unknown>): Promise<unknown> =>
    field((await ask(`${base}/jobs/${String(job['id'])}`)).json, 'state');

  assert.equal(await send(stuck, 'cancel'), 202);
  pass(simulator, 60);
  assert.equal(await stateOf(stuck), 'canceling');
  assert.equal(await send(stuck, 'force-stop', '2020-01-01T00:00:00Z'), 409, 'the id of another job');
  assert.equal(await send(running, 'force-stop'), 409, 'nobody has cancelled it');
  assert.equal(await send(stuck, 'force-stop'), 202);
  pass(simulator, 2);
  assert.equal(await stateOf(stuck), 'canceled');
  assert.equal(await send(stuck, 'force-stop'), 409, 'it has ended');
  assert.equal(await send(running, 'cancel'), 202);
  pass(simulator, 5);
  assert.equal(await stateOf(running), 'canceled');
  assert.equal((await ask(`${base}/jobs/${String(stuck['id'])}/cancel`, { body: {} })).status, 400);
});

test('a parent waits while the network of its child’s node is gone, and finishes when it is back', async (t) => {
  const simulator = await runningGeneric(t, { scenario: 'generic-stuck' });
  const parent = async (): Promise<unknown> => {
    const job = simulator.world
      .settle()
      .all()
      .find(({ name }) => name === 'monthly report');
    return field((await ask(`${simulator.base}/jobs/${job?.id}`)).json, 'state');
  };
  pass(simulator, 600);
  assert.equal(await parent(), 'running');
  pass(simulator, 90);
  assert.equal(await parent(), 'finished');
});

test('pages, a bearer token, and what is switched off', async (t) => {
  const simulator = await runningGeneric(t, { scenario: 'generic-healthy', token: 'letmein' });
  const { base, world } = simulator;
  const token = 'letmein';
  assert.equal((await ask(`${base}/jobs`)).status, 401);
  assert.equal((await ask(`${base}/jobs`, { token: 'no' })).status, 401);
  const seen: unknown[] = [];
  for (let cursor = ''; ;) {
    const { json } = await ask(`${base}/jobs?limit=3${cursor}`, { token });
    seen.push(...objects(field(json, 'jobs')).map(({ id }) => id));
    const next = field(json, 'next');
    if (typeof next !== 'string') {
      break;
    }
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  assert.deepEqual(
    seen,
    world
      .settle()
      .open()
      .map(({ id }) => id)
  );
  assert.equal((await ask(`${base}/jobs?limit=0`, { token })).status, 400);
  assert.equal((await ask(`${base}/jobs?cursor=none`, { token })).status, 400);
  world.inject({ kind: 'delivery', on: false });
  assert.equal((await ask(`${base}/delivery`, { token })).status, 404);
  assert.equal(field(field((await ask(`${base}/info`, { token })).json, 'capabilities'), 'delivery'), false);
  world.inject({ kind: 'restoring', on: true });
  assert.deepEqual(field((await ask(`${base}/jobs`, { token })).json, 'restoring'), seen);
});
