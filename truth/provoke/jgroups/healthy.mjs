// @ts-check
/** What looks like trouble, or makes work, and in which no parent hangs. */
import { endChild, family, runFamily } from './scene.mjs';

const NODES = ['nodeA', 'nodeB', 'nodeC'];
const SETTLE_SECONDS = 12;
const LOAD_SECONDS = 110;
/** A new family this often; its child runs for up to LONGEST_SECONDS. */
const EVERY_SECONDS = 4;
const LONGEST_SECONDS = 25;
/** A parent that goes on by itself after its children, for longer than a waiting one may. */
const WORKS_ON_SECONDS = 30;
/** The nodes suspect one another after 8 s (engines/jgroups). */
const BLIP_SECONDS = 4;

/**
 * @typedef {import('./scene.mjs').Scene} Scene
 * @typedef {import('./scene.mjs').Setup} Setup
 */

/** @type {Setup} */
const load = {
  name: 'load',
  story:
    'Parents and children come and go on all nodes for two minutes. Each parent ends once the end of its child arrived; some work on by themselves for longer than a waiting one may.',
  provoke: async (scene) => {
    /** @type {Promise<void>[]} */
    const runs = [];
    for (let i = 0; scene.stage.now() < LOAD_SECONDS - LONGEST_SECONDS; i++) {
      const [parentOn, childOn] = [NODES[i % 3], NODES[(i + 1 + (i % 2)) % 3]];
      // 7 has no divisor in common with the range: the durations are spread over it.
      const seconds = 2 + ((7 * i) % (LONGEST_SECONDS - 2));
      runs.push(runFamily(scene, { parentOn, childOn, seconds, worksOn: i % 5 === 0 ? WORKS_ON_SECONDS : 0 }));
      await scene.stage.sleep(EVERY_SECONDS);
    }
    await Promise.all(runs);
    await scene.stage.sleep(5);
    return [];
  },
};

/** @type {Setup} */
const blip = {
  name: 'blip',
  story:
    'The network to a node is away, and later the node frozen, for 4 s: shorter than the failure detection. Children end in between; all is sent again, and their parents end.',
  provoke: async (scene) => {
    const { stage, nodes } = scene;
    const open = runFamily(scene, { parentOn: 'nodeA', childOn: 'nodeB', seconds: 60 });
    for (const [what, begin, end, where] of /** @type {const} */ ([
      ['cut off', () => nodes.cut('nodeC'), () => nodes.mend('nodeC'), { parentOn: 'nodeA', childOn: 'nodeC' }],
      ['frozen', () => nodes.freeze('nodeC'), () => nodes.thaw('nodeC'), { parentOn: 'nodeC', childOn: 'nodeB' }],
    ])) {
      const one = family(scene, where);
      await stage.sleep(SETTLE_SECONDS);
      stage.say(`nodeC is ${what}`);
      await begin();
      await stage.sleep(BLIP_SECONDS / 2);
      const { event } = await endChild(scene, one);
      await stage.sleep(BLIP_SECONDS / 2);
      await end();
      stage.say(`nodeC is no longer ${what}`);
      await nodes.delivered(event, one.parentOn);
      await stage.sleep(WORKS_ON_SECONDS / 3);
      scene.executions.end(one.parent);
    }
    await open;
    await stage.sleep(20);
    return [];
  },
};

/** @type {Setup} */
const rolling = {
  name: 'rolling-restart',
  story:
    'The nodes are restarted one after the other, and no child ends meanwhile: no parent waits. One whose child on a restarted node ended 10 s before works on by itself afterwards, for longer than a waiting one may.',
  provoke: async (scene) => {
    const { stage, nodes, executions } = scene;
    const first = family(scene, { parentOn: 'nodeA', childOn: 'nodeC' });
    const second = executions.start('nodeA', first.parent);
    await stage.sleep(SETTLE_SECONDS);
    const { event } = await endChild(scene, first);
    await nodes.delivered(event, 'nodeA');
    await stage.sleep(10);
    for (const name of ['nodeC', 'nodeB']) {
      stage.say(`${name} restarts`);
      await nodes.restart(name);
      await nodes.together();
      await stage.sleep(10);
    }
    executions.end(second);
    stage.say('the second child ends, and the parent works on');
    await stage.sleep(WORKS_ON_SECONDS);
    executions.end(first.parent);
    await stage.sleep(4);
    stage.say('nodeA restarts');
    await nodes.restart('nodeA');
    await nodes.together();
    const last = runFamily(scene, { parentOn: 'nodeA', childOn: 'nodeC', seconds: 6 });
    await stage.sleep(20);
    await last;
    await stage.sleep(4);
    return [];
  },
};

/** @type {Setup} */
const shutdown = {
  name: 'shutdown',
  story:
    'A node is shut down as planned: it leaves the group. Nothing ran there any more; parents and children on the others go on.',
  provoke: async (scene) => {
    const { stage, nodes } = scene;
    await runFamily(scene, { parentOn: 'nodeA', childOn: 'nodeC', seconds: SETTLE_SECONDS });
    const long = runFamily(scene, { parentOn: 'nodeB', childOn: 'nodeA', seconds: 25, worksOn: WORKS_ON_SECONDS });
    await stage.sleep(8);
    stage.say('nodeC is shut down');
    await nodes.shutDown('nodeC');
    stage.say('nodeC has left');
    const runs = [];
    for (let i = 0; i < 6; i++) {
      runs.push(runFamily(scene, { parentOn: NODES[i % 2], childOn: NODES[(i + 1) % 2], seconds: 5 + 4 * i }));
      await stage.sleep(EVERY_SECONDS);
    }
    await Promise.all([long, ...runs]);
    await stage.sleep(10);
    return [];
  },
};

/** Nothing hangs in any of these. */
export const healthy = [load, blip, rolling, shutdown];
