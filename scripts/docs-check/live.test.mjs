// @ts-check
/** The commands of the docs that are run here, as they are written. commands.mjs says which test runs which. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { startDouble, TOKEN } from '../contract-check/testing/server.mjs';
import { freePorts } from '../../engines/seatunnel/lib/ports.mjs';
import { isOlder } from '../demo/build.mjs';
import { has, root, run } from '../lib/children.mjs';
import { steps } from '../lib/steps.mjs';
import { COMMANDS } from './commands.mjs';
import { LIVE } from './live-names.mjs';
import { commandsOf, readPages } from './pages.mjs';
import { scratchFolder, serve, shell } from './scratch.mjs';

const pages = readPages();
/** @type {{ version: string }} */
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const IDS = ['unjam-jobs-app', 'unjam-coordinator-datasource', 'unjam-stuckjobs-panel', 'unjam-delivery-panel'];
/** What the workbench's page is made of: where it is older, the demo would build for minutes. */
const PAGE_SOURCES = ['package-lock.json', 'src', 'workbench/page', 'workbench/webpack.config.ts'];

/** @param {string} name one of LIVE */
function commandsFor(name) {
  assert.ok(LIVE.includes(name));
  return [...COMMANDS].filter(([, way]) => 'live' in way && way.live === name).map(([command]) => command);
}

/**
 * The commands of a block, found by its page and one of its commands.
 * @param {string} at
 * @param {string} holds
 */
function blockWith(at, holds) {
  const blocks = pages.find((page) => page.path === at)?.blocks.map(commandsOf) ?? [];
  const found = blocks.find((commands) => commands.some((command) => command.includes(holds)));
  assert.ok(found, `${at} has no block with ${holds}`);
  return found;
}

test('the steps of npm test', async () => {
  assert.ok(commandsFor('the steps of npm test').length > 1);
  const { code, output } = await shell('npm test -- --list');
  assert.equal(code, 0, output);
  for (const { name, what } of steps) {
    assert.ok(output.includes(`${name}: ${what}`), name);
  }
});

test('the simulator', async () => {
  const { code, output } = await shell('npm run simulator -- --help');
  assert.equal(code, 0, output);
  // What docs/demo.md and the README of the simulator say can be chosen.
  for (const word of ['--scenario', '--kind', '--port', 'stuck-final-status-lost']) {
    assert.ok(output.includes(word), word);
  }
});

test('the demo', async (context) => {
  const help = await shell('npm run demo -- --help');
  assert.equal(help.code, 0, help.output);
  const told = new Set([...help.output.matchAll(/--[a-z-]+/g)].map(([flag]) => flag));
  const rows = pages.find((page) => page.path === 'docs/demo.md')?.text.matchAll(/^\| `(--[a-z-]+)/gm) ?? [];
  for (const [, flag = ''] of rows) {
    assert.ok(told.has(flag), `the demo does not know ${flag}`);
  }
  if (!has('go', 'version')) {
    context.skip('Go is not installed: the demo is not started');
    return;
  }
  const isStale =
    isOlder(path.join(root, 'node_modules', '.package-lock.json'), ['package-lock.json']) ||
    isOlder(path.join(root, 'workbench', 'dist', 'index.html'), PAGE_SOURCES);
  if (isStale) {
    context.skip(
      'what the demo shows is older than its sources, so that it would build for minutes: run the step workbench first'
    );
    return;
  }
  const demo = await serve('npm run demo -- --workbench', /^ {2}(http:\/\/127\.0\.0\.1:\d+\S*)$/m);
  try {
    const answer = await fetch(demo.found);
    assert.equal(answer.status, 200);
  } finally {
    await demo.stop();
  }
  await assert.rejects(fetch(demo.found), 'after Ctrl-C nothing may listen there');
});

test('a recording', async (context) => {
  if (!has('go', 'version')) {
    context.skip('Go is not installed');
    return;
  }
  const folder = scratchFolder(context);
  const simulator = await serve(
    'node --import tsx simulator/main.ts --port 0 --v1-port 0 --control-port 0',
    /"restV2":"([^"]+)"/
  );
  try {
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ urls: [simulator.found], timeZone: 'UTC' }));
    for (const command of commandsFor('a recording')) {
      const out = path.join(folder, /--out (\S+)/.exec(command)?.[1] ?? '');
      const here = command
        .replace('--settings ', `--settings ${folder}/`)
        .replace('--out ', `--out ${folder}/`)
        .replace('--for 3m', '--for 1s');
      const { code, output } = await shell(here);
      assert.equal(code, 0, output);
      assert.ok(statSync(out).size > 0, `${out} is empty`);
    }
  } finally {
    await simulator.stop();
  }
});

test('the check of the contract', async (context) => {
  const folder = scratchFolder(context);
  writeFileSync(path.join(folder, 'token.txt'), TOKEN);
  const [port] = await freePorts(1);
  const example = await serve(`node docs/examples/coordinator.mjs ${port}`, /http:\S+/);
  // The one that asks for a token.
  const double = await startDouble();
  try {
    const base = `http://127.0.0.1:${port}/coordinator/v1`;
    for (const command of commandsFor('the check of the contract').filter((one) => one.includes('contract:check'))) {
      const here = command
        .replace('https://coordinator.example/coordinator/v1', double.base)
        .replace('http://127.0.0.1:7070/coordinator/v1', base)
        .replace(/ URL$/, ` ${base}`)
        .replace('token.txt', path.join(folder, 'token.txt'));
      const { code, output } = await shell(here);
      assert.equal(code, 0, output);
      assert.match(output, /\d+ checks passed, 0 failed, \d+ not offered/);
    }
  } finally {
    await example.stop();
    await double.close();
  }
});

test('a reload', async () => {
  /** @type {string[]} */
  const asked = [];
  const server = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers.authorization?.split(' ')[0]}`);
    response.end('{"message":"reloaded"}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  try {
    for (const command of commandsFor('a reload')) {
      const here = command.replace('https://grafana.example', `http://127.0.0.1:${address.port}`);
      const { code, output } = await shell(here, { GRAFANA_LOGIN: 'admin:admin' });
      assert.equal(code, 0, output);
    }
  } finally {
    server.close();
  }
  // These are the routes of Grafana 12.4, each tried on one.
  const routes = ['datasources', 'alerting', 'dashboards', 'plugins'].map(
    (what) => `/api/admin/provisioning/${what}/reload`
  );
  assert.deepEqual(
    asked,
    routes.map((route) => `POST ${route} Basic`)
  );
});

test('a server', async (context) => {
  const missing = ['unzip', 'zip'].filter((program) => !has(program, '-v'));
  if (missing.length > 0) {
    context.skip(`missing: ${missing.join(', ')}`);
    return;
  }
  const folder = scratchFolder(context);
  const { at, environment, did } = await furnished(folder);
  /** @param {string[]} commands */
  const carryOut = async (commands) => {
    const here = commands.map((command) =>
      command
        .replaceAll('/var/lib/grafana', at('var/lib/grafana'))
        .replaceAll('/etc/grafana', at('etc/grafana'))
        .replace(/(\S+)\.zip/, `${folder}/$1.zip`)
        .replace(' dist ', ` ${folder}/unjam-jobs-app `)
    );
    const { code, output } = await shell(['set -e', ...here].join('\n'), environment);
    assert.equal(code, 0, output);
  };
  const plugin = at('var/lib/grafana/plugins/unjam-jobs-app/plugin.json');

  await carryOut(blockWith('docs/getting-started.md', 'unzip'));
  assert.ok(existsSync(plugin), 'the zip was not unpacked to where Grafana looks');
  await carryOut(blockWith('docs/getting-started.md', 'provisioning/alerting'));
  assert.ok(existsSync(at('etc/grafana/provisioning/alerting/unjam.yaml')));

  writeFileSync(at('var/lib/grafana/unjam.db'), 'old');
  writeFileSync(at('var/lib/grafana/plugins/unjam-jobs-app/left-behind.js'), '');
  await carryOut(blockWith('docs/upgrade.md', 'unzip'));
  assert.ok(existsSync(plugin));
  assert.ok(
    !existsSync(at('var/lib/grafana/plugins/unjam-jobs-app/left-behind.js')),
    'files of two versions are mixed'
  );

  writeFileSync(at('var/lib/grafana/unjam.db'), 'new');
  writeFileSync(at('var/lib/grafana/unjam.db-wal'), 'new');
  await carryOut(blockWith('docs/upgrade.md', 'unjam.db-wal'));
  assert.equal(readFileSync(at('var/lib/grafana/unjam.db'), 'utf8'), 'old');
  assert.ok(!existsSync(at('var/lib/grafana/unjam.db-wal')));
  assert.deepEqual(did(), ['restart', 'stop', 'start', 'stop', 'start']);

  await shell(`rm -r ${at('var/lib/grafana/plugins/unjam-jobs-app')}`);
  await carryOut(blockWith('docs/getting-started.md', 'cp -r dist').filter((command) => command.includes('cp -r')));
  assert.ok(existsSync(plugin));

  const exported = commandsFor('a server').filter((command) => command.startsWith('export '));
  const { stdout } = await shell([...exported, 'echo "$GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS"'].join('\n'));
  assert.deepEqual(stdout.trim().split(','), IDS);
});

/**
 * The reader's server in a folder: a zip of a plugin, Grafana's folders, and stand-ins for sudo and systemctl.
 * @param {string} folder
 */
async function furnished(folder) {
  const at = (/** @type {string} */ name) => path.join(folder, 'root', name);
  for (const name of ['var/lib/grafana/plugins', 'etc/grafana/provisioning/alerting']) {
    mkdirSync(at(name), { recursive: true });
  }
  mkdirSync(path.join(folder, 'unjam-jobs-app'));
  writeFileSync(path.join(folder, 'unjam-jobs-app', 'plugin.json'), '{}');
  const zip = `unjam-jobs-app-${manifest.version}.zip`;
  const { code, output } = await run('zip', ['-q', '-r', zip, 'unjam-jobs-app'], { cwd: folder });
  assert.equal(code, 0, output);
  const bin = path.join(folder, 'bin');
  const log = path.join(folder, 'systemctl.log');
  mkdirSync(bin);
  for (const [name, does] of /** @type {[string, string][]} */ ([
    ['sudo', 'exec "$@"'],
    ['systemctl', `[ "$2" = grafana-server ] && echo "$1" >> '${log}'`],
  ])) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${does}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  return {
    at,
    environment: { PATH: `${bin}:${process.env.PATH}` },
    did: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}
