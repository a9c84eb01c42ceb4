// @ts-check
/** docker-compose.yml, read without Docker: what must not slip in, and what it names is there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../lib/children.mjs';

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

  test('without a profile there are Grafana and the simulator alone', () => {
    const always = services.filter(([, { profiles }]) => !profiles).map(([name]) => name);
    assert.deepEqual(always.sort(), ['grafana', 'simulator']);
  });

  test('Grafana is given every address that the provisioned data source asks for, and they are the simulator’s', () => {
    const provisioned = readFileSync(path.join(root, 'provisioning', 'datasources', 'unjam.yaml'), 'utf8');
    const asked = [...provisioned.matchAll(/^ +- \$(\w+)$/gm)].map((match) => match[1] ?? '');
    const { environment = {} } = service('grafana');
    assert.deepEqual(asked.toSorted(), Object.keys(environment).sort());
    // Two masters and two workers have the first port of REST v2 and the next ones.
    assert.deepEqual(
      Object.values(environment).sort(),
      [8080, 8081, 8082, 8083].map((port) => `http://simulator:${port}`)
    );
  });

  test('Grafana looks for dashboards where they are mounted', () => {
    const { providers } = parse(readFileSync(path.join(root, 'provisioning', 'dashboards', 'unjam.yaml'), 'utf8'));
    assert.equal(providers[0].options.path, '/etc/grafana/provisioning/dashboards');
    assert.ok(service('grafana').volumes?.includes('./provisioning:/etc/grafana/provisioning:ro'));
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
