// @ts-check
/** Recordings of the simulator: what real engines do only by chance, or only after hours. */
import { startSimulator } from '../../simulator/simulator.mjs';

/** @typedef {Awaited<ReturnType<typeof startSimulator>>} Simulator */
/** @typedef {Parameters<typeof startSimulator>[0]} Options */

const POLL_SECONDS = 2;
const STUCK_AFTER_SECONDS = 20;
const SETTLE_SECONDS = 10;
const QUIET_SECONDS = 8;

/** Jobs of the scenarios, by name (simulator/scenarios/jobs.ts). */
const PAYMENTS = 'payments-to-warehouse';
const ORDERS = 'orders-cdc-to-lake';
const RETURNS = 'returns-cdc-to-lake';
const FRAUD = 'fraud-signals-to-kafka';

const LOST = { cause: 'final status lost', outlook: 'cannot recover' };
const FORGOTTEN = { cause: 'cancel forgotten', outlook: 'cannot recover' };

/**
 * Ids of the open jobs with a name and a state of the engine.
 * @param {Simulator} simulator
 * @param {string} state
 * @param {string} [name]
 * @returns {string[]}
 */
function idsOf(simulator, state, name) {
  const open = simulator.world.settle().jobs.heldOpen();
  return open.filter((job) => job.status === state && (name ?? job.name) === job.name).map(({ id }) => id);
}

/**
 * The only such job.
 * @param {Simulator} simulator
 * @param {string} state
 * @param {string} name
 */
function idOf(simulator, state, name) {
  const [id, ...more] = idsOf(simulator, state, name);
  if (!id || more.length > 0) {
    throw new Error(`One job "${name}" should be ${state}: there is nothing to label.`);
  }
  return id;
}

/**
 * A scenario on a simulator of its own.
 * @param {string} name
 * @param {string} story
 * @param {Options} options
 * @param {(simulator: Simulator, stage: import('./lib/stage.mjs').Stage, began: number) => Promise<import('./lib/stage.mjs').JobTrue[]>} play
 *   began: when the simulator's scenario began, on the stage's clock
 * @returns {import('./lib/stage.mjs').Scenario}
 */
function simulated(name, story, options, play) {
  return {
    name: `simulator-${name}`,
    story,
    perform: async (record) => {
      const simulator = await startSimulator(options);
      const started = Date.now();
      /** @param {string} role */
      const urls = (role) =>
        simulator.members.filter((member) => member.role === role).map((member) => member.restV2 ?? member.restV1);
      const version = options?.version ?? '3.0.0';
      const recorded = {
        engine: `Unjam's simulator, as SeaTunnel ${version} over REST ${simulator.members[0].restV2 ? 'v2' : 'v1'}`,
        origin: /** @type {const} */ ('simulator'),
        settings: {
          urls: urls('master'),
          workerUrls: urls('worker'),
          clusterId: 'lake',
          pollIntervalSeconds: POLL_SECONDS,
          requestTimeoutSeconds: POLL_SECONDS,
          pollDeadlineSeconds: POLL_SECONDS,
          stuckAfterSeconds: STUCK_AFTER_SECONDS,
          actions: { masterSettleSeconds: SETTLE_SECONDS },
        },
      };
      try {
        await record(recorded, (stage) => play(simulator, stage, stage.now() - (Date.now() - started) / 1000));
      } finally {
        await simulator.stop();
      }
    },
  };
}

/**
 * Cancels a job whose final status gets lost.
 * @param {Simulator} simulator
 * @param {import('./lib/stage.mjs').Stage} stage
 * @param {string} name
 * @returns {Promise<{ id: string, since: number }>}
 */
async function cancelAndLose(simulator, stage, name) {
  const id = idOf(simulator, 'RUNNING', name);
  const since = stage.now();
  stage.say(`${name} is cancelled, and its final status is lost`);
  simulator.world.inject({ kind: 'lose-final-status', on: true });
  simulator.world.inject({ kind: 'cancel', job: id });
  await stage.sleep(1);
  simulator.world.inject({ kind: 'lose-final-status', on: false });
  return { id, since };
}

const statusLost = simulated(
  'status-lost',
  'Three jobs hang in CANCELING since long before anybody looked (their final status was lost). One is FAILING for minutes from half a minute on, and nobody can say why; one makes a savepoint that takes its time.',
  { scenario: 'stuck-final-status-lost' },
  async (simulator, stage, began) => {
    const lost = idsOf(simulator, 'CANCELING');
    await stage.sleep(85);
    const failing = idOf(simulator, 'FAILING', FRAUD);
    return [
      ...lost.map((id) => ({ id, ...LOST, since: 0 })),
      { id: failing, cause: 'cause not known', outlook: 'may recover', since: began + 30 },
    ];
  }
);

const workerFrozen = simulated(
  'worker-frozen',
  'The master hands a cancel on late, and before it does the worker freezes: /running-jobs and more hang, until the member is dropped after 60 s and the job is CANCELED.',
  { scenario: 'healthy' },
  async (simulator, stage) => {
    await stage.sleep(QUIET_SECONDS);
    const id = idOf(simulator, 'RUNNING', PAYMENTS);
    const worker = String(simulator.world.settle().jobs.hold(id)?.worker);
    const since = stage.now();
    stage.say('cancel, which waits at the master');
    simulator.world.inject({ kind: 'deadlock', on: true });
    simulator.world.inject({ kind: 'cancel', job: id });
    await stage.sleep(5);
    stage.say(`${worker} freezes`);
    simulator.world.inject({ kind: 'freeze', member: worker });
    simulator.world.inject({ kind: 'deadlock', on: false });
    const frozen = stage.now();
    while (simulator.world.settle().jobs.hold(id)?.status === 'CANCELING') {
      await stage.sleep(0.2);
    }
    const until = stage.now();
    stage.say(`CANCELED, ${(until - frozen).toFixed(0)} s after the freeze`);
    await stage.sleep(20);
    return [{ id, cause: 'worker unresponsive', outlook: 'may recover', since, until }];
  }
);

/** @param {'2.3.13' | '2.3.8'} version */
const failover = (version) =>
  simulated(
    version === '2.3.8' ? 'failover-ends-lost' : 'cancel-forgotten',
    version === '2.3.8'
      ? 'A job hangs in CANCELING since long. After a minute the active master dies, and the standby ends the job as CANCELED.'
      : 'A job hangs in CANCELING since long. After a minute the active master dies, and at the standby the job runs again.',
    { scenario: 'failover-cancel-forgotten', version },
    async (simulator, stage, began) => {
      const id = idOf(simulator, 'CANCELING', RETURNS);
      await stage.sleep(58);
      const job = () => simulator.world.settle().jobs.hold(id);
      idOf(simulator, 'CANCELING', RETURNS);
      while (!['CANCELED', 'RUNNING'].includes(String(job()?.status))) {
        await stage.sleep(0.1);
      }
      const ended = stage.now();
      stage.say(`${job()?.status}, ${(ended - began).toFixed(1)} s after the beginning`);
      await stage.sleep(35);
      return version === '2.3.8' ? [{ id, ...LOST, since: 0, until: ended }] : [{ id, ...FORGOTTEN, since: 0 }];
    }
  );

const restore = simulated(
  'restore',
  'The active master dies, and the standby restores one job every 15 s; the others wait as UNKNOWABLE meanwhile. One of them hung in CANCELING since long: restored as the third, it runs again as if nobody had cancelled it.',
  { scenario: 'restore', version: '2.3.13' },
  async (simulator, stage) => {
    const id = idsOf(simulator, 'CANCELING')[0];
    const job = () => simulator.world.settle().jobs.hold(id);
    while (job()?.status !== 'RUNNING') {
      await stage.sleep(0.1);
    }
    stage.say('the cancelled job runs again');
    await stage.sleep(20);
    return [{ id, ...FORGOTTEN, since: 0 }];
  }
);

const savepoint = simulated(
  'savepoint',
  'Two jobs make savepoints that take minutes, and their tasks acknowledge. Nothing hangs.',
  { scenario: 'savepoint' },
  async (_, stage) => {
    await stage.sleep(90);
    return [];
  }
);

const unreachable = simulated(
  'unreachable',
  'A job hangs in CANCELING (its final status was lost). Then all connections are refused for 40 s, and a healthy job is cancelled and ends meanwhile: the outage neither ends nor begins anything.',
  { scenario: 'healthy' },
  async (simulator, stage) => {
    await stage.sleep(QUIET_SECONDS);
    const lost = await cancelAndLose(simulator, stage, PAYMENTS);
    await stage.sleep(40);
    stage.say('nobody can connect');
    simulator.world.inject({ kind: 'unreachable', on: true, forSeconds: 40 });
    await stage.sleep(20);
    simulator.world.inject({ kind: 'cancel', job: ORDERS });
    await stage.sleep(50);
    idOf(simulator, 'CANCELING', PAYMENTS);
    return [{ ...lost, ...LOST }];
  }
);

/** @type {import('./lib/stage.mjs').Scenario} */
const frozenBefore = {
  apart:
    'no endpoint of the engine tells of the cancel before the member is dropped, so that nobody can say that the job hangs',
  ...simulated(
    'frozen-before-cancel',
    'A worker freezes, and then one of its jobs is cancelled: the list of jobs answers no more, so that nobody can be told of the cancel, until the member is dropped after 60 s and the job is CANCELED.',
    { scenario: 'worker-frozen' },
    async (simulator, stage, began) => {
      await stage.sleep(8);
      const id = idOf(simulator, 'CANCELING', PAYMENTS);
      while (simulator.world.settle().jobs.hold(id)?.status === 'CANCELING') {
        await stage.sleep(0.2);
      }
      const until = stage.now();
      await stage.sleep(20);
      return [{ id, cause: 'worker unresponsive', outlook: 'may recover', since: began + 6, until }];
    }
  ),
};

const deadlock = simulated(
  'deadlock',
  'The coordinator is in its deadlock when a worker dies, and the cancel of a job that ran there is accepted without effect, for ever. The master counts no workers any more.',
  { scenario: 'healthy' },
  async (simulator, stage) => {
    await stage.sleep(QUIET_SECONDS);
    const id = idOf(simulator, 'RUNNING', PAYMENTS);
    const worker = String(simulator.world.settle().jobs.hold(id)?.worker);
    simulator.world.inject({ kind: 'deadlock', on: true });
    const since = stage.now();
    stage.say(`cancel, and ${worker} dies`);
    simulator.world.inject({ kind: 'cancel', job: id });
    simulator.world.inject({ kind: 'kill', member: worker });
    await stage.sleep(60);
    idOf(simulator, 'CANCELING', PAYMENTS);
    return [{ id, cause: 'coordinator deadlocked', outlook: 'cannot recover', since }];
  }
);

const split = simulated(
  'split',
  'A job hangs in CANCELING (its final status was lost); then a second master takes itself for the active one too. As long as they disagree, nobody knows which of them would carry a request out.',
  { scenario: 'healthy' },
  async (simulator, stage) => {
    await stage.sleep(QUIET_SECONDS);
    const lost = await cancelAndLose(simulator, stage, PAYMENTS);
    await stage.sleep(40);
    stage.say('a second master');
    simulator.world.inject({ kind: 'split', member: 'master-2' });
    await stage.sleep(30);
    idOf(simulator, 'CANCELING', PAYMENTS);
    return [{ ...lost, cause: 'split cluster', outlook: 'may recover' }];
  }
);

const healthy = simulated(
  'healthy',
  'Nine streaming jobs run; one is cancelled and ends, batch jobs come and end, one job fails quickly.',
  { scenario: 'healthy' },
  async (simulator, stage) => {
    for (let i = 1; i <= 10; i++) {
      await stage.sleep(6);
      simulator.world.inject({ kind: 'submit', name: `nightly-${i}`, mode: 'BATCH', seconds: 10 });
      if (i === 3) {
        simulator.world.inject({ kind: 'cancel', job: PAYMENTS });
      }
      if (i === 6) {
        simulator.world.inject({ kind: 'fail', job: FRAUD, seconds: 3 });
      }
    }
    await stage.sleep(30);
    return [];
  }
);

/** @type {import('./lib/stage.mjs').Scenario[]} */
export const scenarios = [
  statusLost,
  workerFrozen,
  frozenBefore,
  failover('2.3.13'),
  failover('2.3.8'),
  restore,
  savepoint,
  unreachable,
  deadlock,
  split,
  healthy,
];
