// @ts-check
/** docker-compose.yml, read without Docker: what must not slip in, and what it names is there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../lib/children.mjs';
import { cloverSource } from './clover.mjs';

/**
 * @typedef {{ image: string, ports?: string[], volumes?: string[], command?: string[], profiles?: string[], environment?: Record<string, string>, depends_on?: string[] }} Service
 */

/** @type {{ services: Record<string, Service>, volumes: Record<string, unknown> }} */
const file = parse(withDefaults(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')));
const services = Object.entries(file.services);

/**
 * Puts the defaults in place of variables, as Compose does where none is set.
 * @param {string} text
 */
function withDefaults(text) {
  return text.replace(/\$\{\w+:?-([^}]*)\}/g, '$1');
}

/** @param {string} name */
function service(name) {
  const found = file.services[name];
  assert.ok(found, `there is no service ${name}`);
  return found;
}

/** @param {string} name a file of the repository */
function read(name) {
  return readFileSync(path.join(root, name), 'utf8');
}

/** The plugin that Grafana hands `store` to. */
function dataSourceId() {
  return String(JSON.parse(read('src/datasource/plugin.json')).id);
}

/** The file in which the Grafana of docker-compose.yml keeps Unjam's records. */
function storeFile() {
  const section = read('provisioning/grafana.ini').split(`[plugin.${dataSourceId()}]`)[1]?.split(/^\[/m)[0] ?? '';
  const store = /^store *= *sqlite:(\/\S+)$/m.exec(section)?.[1];
  assert.ok(store, 'provisioning/grafana.ini names no file as the store');
  return store;
}

/** @param {Service | undefined} service */
function mountsOf(service) {
  return (service?.volumes ?? []).map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { source, target, mode };
  });
}

describe('docker-compose.yml', () => {
  for (const [name, { image, ports = [], volumes = [] }] of services) {
    test(`${name}: its image has a version of its own`, () => {
      assert.match(image, /^[\w./-]+:\d+\.\d+\.\d+(-\w+)?$/);
    });

    test(`${name}: is published on 127.0.0.1 only`, () => {
      for (const port of ports) {
        assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
      }
    });

    test(`${name}: what it mounts is in the repository, or is built, and cannot be written`, () => {
      for (const volume of volumes) {
        const [source = '', , mode] = volume.split(':');
        if (!source.startsWith('.')) {
          assert.ok(source in file.volumes, `the volume ${source} is not declared`);
        } else {
          assert.equal(mode, 'ro', volume);
          assert.ok(source === './dist' || existsSync(path.join(root, source)), `${source} is not there`);
        }
      }
    });
  }

  test('no two services publish the same port', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':')[1]));
    assert.equal(new Set(published).size, published.length, published.join(', '));
  });

  test('without a profile there are Grafana and the simulators alone', () => {
    const always = services.filter(([, { profiles }]) => !profiles).map(([name]) => name);
    assert.deepEqual(always.sort(), ['clover-simulator', 'grafana', 'simulator']);
  });

  test('Grafana is given every address that the provisioned data sources ask for, and they are the simulators’', () => {
    const provisioned = ['datasources/unjam.yaml', 'cloverdx/datasources/unjam-cloverdx.yaml']
      .map((file) => readFileSync(path.join(root, 'provisioning', file), 'utf8').replace(/^ *#.*$/gm, ''))
      .join('\n');
    const asked = new Set([...provisioned.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? ''));
    const { environment = {} } = service('grafana');
    assert.deepEqual([...asked].toSorted(), Object.keys(environment).sort());
    // Two masters and two workers have the first port of REST v2 and the next ones; CloverDX' nodes share one.
    assert.deepEqual(
      Object.values(environment).sort(),
      ['clover-simulator:8083', ...[8080, 8081, 8082, 8083].map((port) => `simulator:${port}`)].map(
        (place) => `http://${place}`
      )
    );
  });

  test('the provisioned CloverDX is what the simulator serves', async () => {
    const { startCloverDX } = await import('../../simulator/simulator.mjs');
    const simulator = await startCloverDX();
    try {
      const { urls, messaging } = cloverSource(simulator.url).jsonData;
      assert.deepEqual(
        urls,
        simulator.nodes.map(({ server }) => server)
      );
      assert.deepEqual(
        messaging.nodes,
        simulator.nodes.map(({ name, jolokia }) => ({ name, url: jolokia }))
      );
      const { sentLimit, inboundTimeoutMs } = simulator.world.settle().messaging;
      assert.deepEqual(
        [messaging.sentEventsLimit, messaging.inboundTimeoutSeconds * 1000],
        [sentLimit, inboundTimeoutMs]
      );
    } finally {
      await simulator.stop();
    }
  });

  test('Grafana looks for dashboards where they are mounted, and is given all that is provisioned', () => {
    const { providers } = parse(readFileSync(path.join(root, 'provisioning', 'dashboards', 'unjam.yaml'), 'utf8'));
    assert.equal(providers[0].options.path, '/etc/grafana/provisioning/dashboards');
    const { volumes = [] } = service('grafana');
    assert.ok(volumes.includes('./provisioning/plugins:/etc/grafana/provisioning/plugins:ro'));
    for (const part of ['', 'cloverdx/']) {
      for (const folder of ['dashboards', 'datasources', 'alerting']) {
        for (const file of readdirSync(path.join(root, 'provisioning', part, folder))) {
          const mount = `./provisioning/${part}${folder}/${file}:/etc/grafana/provisioning/${folder}/${file}:ro`;
          assert.ok(volumes.includes(mount), mount);
        }
      }
    }
  });

  const guide = parse(
    /```yaml\n(services:\n[\s\S]*?)```/.exec(read('docs/getting-started.md'))?.[1] ?? 'docs/getting-started.md has none'
  );
  for (const [where, { services, volumes }] of Object.entries({
    'docker-compose.yml': file,
    'docs/getting-started.md': guide,
  })) {
    test(`${where}: records outlive the container, in a volume`, () => {
      const mounts = mountsOf(services.grafana);
      const ini = mounts.find(({ target }) => target === '/etc/grafana/grafana.ini');
      assert.ok(ini, 'Grafana gets no grafana.ini, so nobody says where records are kept');
      const held = mounts
        .filter(({ target }) => storeFile().startsWith(`${target}/`))
        .toSorted((a, b) => b.target.length - a.target.length)[0];
      assert.ok(held, `${storeFile()} is in no volume`);
      assert.ok(held.source in volumes, `${storeFile()} is in ${held.source}, which is no declared volume`);
      assert.equal(held.mode, undefined, `${held.target} cannot be written`);
    });
  }

  test('grafana.ini says where records are kept, so that a variable can replace it', () => {
    // Grafana ignores GF_PLUGIN_…_STORE where the key has no value (docs/provisioning.md), and the plugin then takes
    // its default, which must be in the same volume.
    assert.equal(`sqlite:${storeFile()}`, /DefaultLocation = "([^"]+)"/.exec(read('pkg/store/location.go'))?.[1]);
    for (const page of ['docs/getting-started.md', 'docs/provisioning.md', 'README.md']) {
      assert.ok(read(page).includes(`[plugin.${dataSourceId()}]\nstore = sqlite:${storeFile()}`), page);
    }
  });

  test('what Node is told to run is mounted', () => {
    for (const [name, { command = [], volumes = [] }] of services.filter(([, { image }]) =>
      image.startsWith('node:')
    )) {
      const program = command.find((word) => /\.(ts|mjs)$/.test(word)) ?? '';
      assert.ok(existsSync(path.join(root, program)), `${name} runs ${program}`);
      assert.ok(
        volumes.some((volume) => `./${program}`.startsWith(volume.split(':')[0] ?? '')),
        `${program} is not mounted`
      );
    }
  });
});
