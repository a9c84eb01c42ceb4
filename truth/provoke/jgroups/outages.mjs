// @ts-check
/** Outages during which a child ends: its parent waits for an event that is held up, or lost. */
import { endChild, family, STUCK_AFTER_SECONDS } from './scene.mjs';

/** The first polls, before anything happens. */
const SETTLE_SECONDS = 12;
/** For how long a parent is looked at beyond its threshold before something changes. */
const SHOWN_SECONDS = 14;
/** What comes of an outage takes its time: up to 30 s without progress are an end (pkg/delivery). */
const AFTERMATH_SECONDS = 45;
/** That nothing more comes is concluded from 30 s in which all see each other, and those do not begin at once. */
const LONG_AFTERMATH_SECONDS = 75;
/** Of the sent events buffer: at 20 events a second full within 15 s, so before the parent counts as stuck. */
const SMALL_LIMIT = 300;
/** Full within 45 s: the parent is stuck and could still be helped before. */
const MIDDLE_LIMIT = 900;
/** By so much more than the limit: Unjam counts from the exclusion, 10 s after the cut, where it wants to be sure. */
const BEYOND = 1.3;
/** A frozen node takes 1 s of every poll, and the interval doubles where a poll takes more than half of it. */
const POLL_OF_FROZEN_SECONDS = 3;
/** Longer than the parent's threshold, so that the release is a change. */
const INBOUND_TIMEOUT_SECONDS = 40;

/**
 * @typedef {import('./scene.mjs').Scene} Scene
 * @typedef {import('./scene.mjs').Setup} Setup
 */

/**
 * A network outage of nodeC, in which a child ends there. Its parent waits on nodeA.
 * @param {Scene} scene
 */
async function cutOff(scene) {
  const { stage, nodes } = scene;
  const one = family(scene, { parentOn: 'nodeA', childOn: 'nodeC' });
  await stage.sleep(SETTLE_SECONDS);
  stage.say('nodeC is cut off');
  await nodes.cut('nodeC');
  await nodes.apart('nodeC', 'nodeA');
  stage.say('the nodes have excluded each other');
  return { ...one, ...(await endChild(scene, one)) };
}

/**
 * The network returns, and the event is lost.
 * @param {Scene} scene
 * @param {Awaited<ReturnType<typeof cutOff>>} of
 * @param {number} [aftermath] in seconds
 */
async function returnWithout({ stage, nodes }, { event, parentOn }, aftermath = AFTERMATH_SECONDS) {
  stage.say('the network returns');
  await nodes.mend('nodeC');
  await nodes.together();
  await nodes.until('the event is passed', async () => nodes.fate(event, parentOn) !== 'missing');
  const fate = nodes.fate(event, parentOn);
  stage.say(`all see each other; the event is ${fate}`);
  if (fate !== 'lost') {
    throw new Error(`The event was ${fate}; this recording is of one that is lost.`);
  }
  await stage.sleep(aftermath);
}

/**
 * How many events of nodeC nodeA lacks.
 * @param {Scene} scene
 */
async function undelivered({ nodes }) {
  const [sender, receiver] = await Promise.all([nodes.truth('nodeC'), nodes.truth('nodeA')]);
  return sender.eventsSent - receiver.lastEvents.nodeC;
}

/**
 * @param {Scene['stage']} stage
 * @param {number} since
 * @param {number} seconds
 */
function sleepUntil(stage, since, seconds) {
  return stage.sleep(Math.max(0, since + seconds - stage.now()));
}

/** @type {Setup} */
const retransmitted = {
  name: 'waiting',
  story:
    'The node of a parent freezes, and its child ends elsewhere before the others exclude the frozen node. When it goes on, what was sent to it before arrives, and the parent ends.',
  pollSeconds: POLL_OF_FROZEN_SECONDS,
  provoke: async (scene) => {
    const { stage, nodes, executions } = scene;
    const one = family(scene, { parentOn: 'nodeC', childOn: 'nodeB' });
    await stage.sleep(SETTLE_SECONDS);
    stage.say('nodeC freezes');
    await nodes.freeze('nodeC');
    await stage.sleep(1);
    const { since, event } = await endChild(scene, one);
    await nodes.apart('nodeB', 'nodeC');
    stage.say('nodeB has excluded nodeC');
    await sleepUntil(stage, since, STUCK_AFTER_SECONDS + SHOWN_SECONDS);
    stage.say('nodeC goes on');
    await nodes.thaw('nodeC');
    await nodes.delivered(event, 'nodeC');
    const until = stage.now();
    executions.end(one.parent);
    stage.say('the event has arrived, and the parent ends');
    await nodes.together();
    await stage.sleep(AFTERMATH_SECONDS);
    return [{ id: `${one.parent}`, cause: 'waiting for retransmission', outlook: 'will recover', since, until }];
  },
};

/** @type {Setup} */
const overflowed = {
  name: 'overflowed',
  story:
    'A node is cut off until it has sent more than the sent events buffer keeps. A child ended there meanwhile; the network returns, and its event is lost.',
  limit: SMALL_LIMIT,
  provoke: async (scene) => {
    const one = await cutOff(scene);
    await sleepUntil(scene.stage, one.since, STUCK_AFTER_SECONDS + SHOWN_SECONDS);
    if ((await undelivered(scene)) <= SMALL_LIMIT) {
      throw new Error('What is not delivered still fits into the buffer.');
    }
    await returnWithout(scene, one);
    return [
      {
        id: `${one.parent}`,
        cause: 'events lost: buffer overflowed',
        outlook: 'cannot recover',
        since: one.since,
      },
    ];
  },
};

/** @type {Setup} */
const overflowedLater = {
  ...overflowed,
  name: 'waiting-then-overflowed',
  story:
    'A node is cut off, and a child ends there. Its parent is stuck while all could still be sent again; then the buffer overflows, the network returns, and the event is lost.',
  limit: MIDDLE_LIMIT,
  provoke: async (scene) => {
    const one = await cutOff(scene);
    const { stage, nodes } = scene;
    await nodes.until('the buffer overflows', async () => (await undelivered(scene)) > MIDDLE_LIMIT * BEYOND);
    stage.say('the buffer has overflowed');
    await returnWithout(scene, one);
    return [
      {
        id: `${one.parent}`,
        cause: 'events lost: buffer overflowed',
        outlook: 'cannot recover',
        since: one.since,
      },
    ];
  },
};

/** @type {Setup} */
const restarted = {
  name: 'restarted',
  story:
    'A node is cut off, a child ends there, and the node is restarted before the network returns: its event is lost.',
  provoke: async (scene) => {
    const one = await cutOff(scene);
    const { stage, nodes } = scene;
    await sleepUntil(stage, one.since, STUCK_AFTER_SECONDS + SHOWN_SECONDS / 2);
    if (nodes.fate(one.event, one.parentOn) !== 'missing') {
      throw new Error('The event is not missing; the restart would lose nothing.');
    }
    stage.say('nodeC restarts');
    await nodes.restart('nodeC');
    await nodes.together();
    stage.say('all see each other');
    await stage.sleep(AFTERMATH_SECONDS / 2);
    return [
      {
        id: `${one.parent}`,
        cause: 'events lost: node restarted',
        outlook: 'cannot recover',
        since: one.since,
      },
    ];
  },
};

/** @type {Setup} */
const released = {
  name: 'released',
  story:
    'A node is cut off for longer than the inbound events buffer is kept, which is 40 s here. A child ended there; the network returns, and its event is lost.',
  messaging: { inboundTimeoutSeconds: INBOUND_TIMEOUT_SECONDS },
  provoke: async (scene) => {
    const one = await cutOff(scene);
    await sleepUntil(scene.stage, one.since, INBOUND_TIMEOUT_SECONDS + SHOWN_SECONDS);
    await returnWithout(scene, one);
    return [
      {
        id: `${one.parent}`,
        cause: 'events lost: inbound buffer released',
        outlook: 'cannot recover',
        since: one.since,
      },
    ];
  },
};

/** @type {Setup} */
const forgotten = {
  name: 'forgotten',
  story:
    'A node is cut off for less than the buffers keep, and a child ends there. JGroups as published forgets an excluded member, so its event is lost all the same: nothing is reported missing after the return, and the parent waits.',
  provoke: async (scene) => {
    const one = await cutOff(scene);
    await sleepUntil(scene.stage, one.since, STUCK_AFTER_SECONDS + SHOWN_SECONDS / 2);
    await returnWithout(scene, one, LONG_AFTERMATH_SECONDS);
    return [{ id: `${one.parent}`, cause: 'parent waits, cause unknown', outlook: 'may recover', since: one.since }];
  },
};

/** @type {Setup} */
const between = {
  name: 'pair-cut',
  story:
    'Two nodes lose each other while the coordinator reaches both: nobody is excluded. A child ends on the one, its parent waits on the other; when the network returns, the event is sent again and the parent ends.',
  provoke: async (scene) => {
    const { stage, nodes, executions } = scene;
    const one = family(scene, { parentOn: 'nodeB', childOn: 'nodeC' });
    await stage.sleep(SETTLE_SECONDS);
    stage.say('nodeB and nodeC lose each other');
    await nodes.cut('nodeB', 'nodeC');
    await stage.sleep(5);
    const { since, event } = await endChild(scene, one);
    await sleepUntil(stage, since, STUCK_AFTER_SECONDS + SHOWN_SECONDS);
    stage.say('the network returns');
    await nodes.mend('nodeB', 'nodeC');
    await nodes.delivered(event, 'nodeB');
    const until = stage.now();
    executions.end(one.parent);
    stage.say('the event has arrived, and the parent ends');
    await stage.sleep(AFTERMATH_SECONDS / 2);
    return [{ id: `${one.parent}`, cause: 'waiting for retransmission', outlook: 'will recover', since, until }];
  },
};

/** Outages in which a parent hangs. */
export const outages = [retransmitted, overflowed, overflowedLater, restarted, released, forgotten, between];
