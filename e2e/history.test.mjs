// @ts-check
/**
 * Recording rules and the long history, on the simulator instead of an engine: what it proves is between Unjam, Grafana
 * and Prometheus.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe } from 'node:test';
import { history } from './chapters/history.mjs';
import { findGrafana, startGrafana } from './grafana.mjs';

const { found, reason } = findGrafana();

describe('History, on the simulator', { skip: found ? false : `no Grafana was found: ${reason}` }, () => {
  /** @type {import('./grafana.mjs').Running | undefined} */
  let running;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let simulator;
  const stage = {
    get grafana() {
      if (!running) {
        throw new Error('Grafana did not start; see the first failure.');
      }
      return running;
    },
    get admin() {
      return this.grafana.admin;
    },
  };
  before(async () => {
    if (!found) {
      return;
    }
    const options = ['--scenario', 'stuck-final-status-lost', '--port', '0', '--v1-port', '0', '--control-port', '0'];
    simulator = spawn(
      process.execPath,
      ['--import', 'tsx', 'simulator/main.ts', ...options, '--owner-pid', `${process.pid}`],
      { stdio: ['ignore', 'pipe', 'inherit'] }
    );
    if (!simulator.stdout) {
      throw new Error('The simulator has no output.');
    }
    const [line] = await once(createInterface({ input: simulator.stdout }), 'line');
    const ready = JSON.parse(line);
    running = await startGrafana(found, {
      coordinatorUrl: ready.members[0].restV2,
      workerUrl: '',
      dataSource: { pollIntervalSeconds: 3 },
      actions: { enabled: false },
    });
    console.log(`The Grafana: ${running.about}.`);
  });
  after(async () => {
    await running?.stop();
    simulator?.kill();
  });

  history(stage);
});
