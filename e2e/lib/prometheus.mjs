// @ts-check
/** A Prometheus that takes remote writes, on a free port of 127.0.0.1. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../engines/seatunnel/lib/ports.mjs';
import { until } from './until.mjs';

const keeper = fileURLToPath(new URL('./keeper.mjs', import.meta.url));
/** It replays an empty log: a second or two. */
const START_BOUND_MS = 30_000;

/**
 * The Prometheus to use: PROMETHEUS_BIN, or one in PATH; else the reason why there is none.
 * @returns {{ program: string, reason?: undefined } | { program: '', reason: string }}
 */
export function findPrometheus() {
  const { PROMETHEUS_BIN: program = '' } = process.env;
  if (program !== '') {
    return existsSync(program)
      ? { program }
      : { program: '', reason: 'PROMETHEUS_BIN is set, but there is no such file' };
  }
  return spawnSync('prometheus', ['--version']).status === 0
    ? { program: 'prometheus' }
    : { program: '', reason: 'no PROMETHEUS_BIN, and no prometheus in PATH' };
}

/**
 * Starts it; it ends with this process at the latest.
 * @param {string} program
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startPrometheus(program) {
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-prometheus-'));
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(config, 'scrape_configs: []\n');
  const log = path.join(folder, 'output.log');
  const child = spawn(
    process.execPath,
    [
      ...[keeper, folder, log, program, `--config.file=${config}`, `--storage.tsdb.path=${folder}/data`],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--web.enable-remote-write-receiver'],
    ],
    { detached: true, stdio: ['pipe', 'ignore', 'inherit'], env: { PATH: process.env.PATH } }
  );
  // A keeper that has ended closes the pipe; that is no error of ours.
  child.stdin?.on('error', () => {});
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until(
    'Prometheus is ready',
    START_BOUND_MS,
    async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok,
    async () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : 'no log')
  );
  return {
    url,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}
