// @ts-check
/** The check lets a conforming coordinator pass, and names every break of one that does not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contractCheck } from './run.mjs';
import { inOtherZone } from './stops.mjs';
import { startDouble, TOKEN } from './testing/server.mjs';

/** @typedef {import('./testing/server.mjs').Break} Break */

const HANGING = '733584788375666682';
const RUNNING = '733584788375666681';
const SECOND = 1000;

/**
 * Checks a double.
 * @param {Break} [breaks]
 * @param {Partial<import('./run.mjs').Options>} [options]
 */
async function check(breaks, options = {}) {
  const double = await startDouble(breaks);
  /** @type {string[]} */
  const lines = [];
  try {
    const code = await contractCheck({
      base: double.base,
      credentials: { token: TOKEN },
      write: (line) => lines.push(line),
      timeout: 5 * SECOND,
      patience: SECOND,
      ...options,
    });
    return { code, lines, said: lines.join('\n'), last: lines.at(-1) ?? '', asked: double.asked };
  } finally {
    await double.close();
  }
}

/**
 * A break of what one route answers with 200.
 * @param {string} path
 * @param {(body: any) => unknown} change changes the body, or gives another one
 * @returns {Break}
 */
function body(path, change) {
  return (asked, answer) =>
    asked.path === path && asked.method === 'GET' && answer.status === 200
      ? { ...answer, body: change(answer.body) ?? answer.body }
      : undefined;
}

/**
 * A break of one route's answer as a whole.
 * @param {string | RegExp} path
 * @param {Partial<import('./testing/server.mjs').Answer>} other
 * @param {string} [method]
 * @returns {Break}
 */
function whole(path, other, method = 'GET') {
  return (asked, answer) =>
    asked.method === method && (typeof path === 'string' ? asked.path === path : path.test(asked.path))
      ? { ...answer, ...other }
      : undefined;
}

describe('a conforming coordinator', () => {
  test('passes, and nothing is written', async () => {
    const { code, said, last, asked } = await check();
    assert.equal(code, 0, said);
    assert.match(last, /^2\d checks passed, 0 failed, 0 not offered$/);
    const posts = asked.filter(({ method }) => method === 'POST');
    assert.ok(posts.length > 0);
    for (const { path } of posts) {
      assert.match(path, /^\/jobs\/unjam-contract-check-[0-9a-f]{16}\/(cancel|force-stop)$/);
    }
  });

  for (const id of [HANGING, RUNNING]) {
    test(`passes with --writes ${id}, and no other job is touched`, async () => {
      const { code, said, asked } = await check(undefined, { writes: id });
      assert.equal(code, 0, said);
      assert.match(said, /ok +a job that was stopped by force is canceled/);
      for (const { path } of asked.filter(({ method }) => method === 'POST')) {
        assert.match(path, new RegExp(`^/jobs/(unjam-contract-check-[0-9a-f]+|${id})/`));
      }
    });
  }

  test('that offers little has it counted, and passes', async () => {
    const { code, said, last, asked } = await check(
      body('/info', (info) => ({ ...info, capabilities: { parents: true } })),
      {
        writes: HANGING,
      }
    );
    assert.equal(code, 0, said);
    assert.match(last, /, 0 failed, 3 not offered$/);
    assert.match(said, /not offered {2}cancel: .*\nnot offered {2}forceStop: /);
    assert.equal(asked.filter(({ method }) => method === 'POST').length, 0);
  });

  test('without jobs says what was not checked', async () => {
    const { code, said } = await check(body('/jobs', () => ({ jobs: [] })));
    assert.equal(code, 0, said);
    assert.match(said, /not checked {2}paging/);
    assert.match(said, /not checked {2}GET \/jobs\/\{id\}/);
  });

  test('whose credentials are echoed has them hidden', async () => {
    const { said } = await check(whole('/members', { status: 500, body: { error: `Bearer ${TOKEN} is odd` } }));
    assert.match(said, /Bearer \[hidden\] is odd/);
    assert.doesNotMatch(said, new RegExp(TOKEN));
  });
});

/** @type {Record<string, [Break, RegExp]>} */
const READ_BREAKS = {
  'info is not there': [
    whole('/info', { status: 404, body: { error: 'x' } }),
    /GET \/info: answers 404 \("x"\) where the contract has 200/,
  ],
  'info is HTML': [
    whole('/info', { text: '<html>login', headers: { 'Content-Type': 'text/html' } }),
    /Content-Type "text\/html"/,
  ],
  'info is no JSON': [whole('/info', { text: 'hello' }), /the body is no JSON; it begins with "hello"/],
  'info is empty': [whole('/info', { text: '' }), /the body is empty/],
  'no contract': [body('/info', (info) => void delete info.contract), /the answer has no contract, which is required/],
  'another contract': [body('/info', (info) => ({ ...info, contract: 2 })), /contract is 2; the contract has 1/],
  'contract as text': [body('/info', (info) => ({ ...info, contract: '1' })), /contract is a string, not an integer/],
  'no capabilities': [body('/info', (info) => void delete info.capabilities), /no capabilities, which is required/],
  'a capability as text': [
    body('/info', (info) => ({ ...info, capabilities: { cancel: 'yes' } })),
    /capabilities\.cancel is a string, not true or false/,
  ],
  'a time without a zone': [
    body('/info', (info) => ({ ...info, time: '2026-01-02T03:04:05' })),
    /time is "2026-01-02T03:04:05", not a time with a zone/,
  ],
  'a time with a space': [
    body('/info', (info) => ({ ...info, time: '2026-01-02 03:04:05Z' })),
    /not a time with a zone/,
  ],
  'a time that is none': [
    body('/info', (info) => ({ ...info, time: '2026-13-02T03:04:05Z' })),
    /not a time with a zone/,
  ],
  'a time as a number': [body('/info', (info) => ({ ...info, time: 1767322800 })), /time is a number, not a string/],
  'a zero as a time': [body('/info', (info) => ({ ...info, time: '0001-01-01T00:00:00Z' })), /not a time with a zone/],
  'a clock that stands': [body('/info', (info) => ({ ...info, time: '2026-01-02T12:00:00.5Z' })), /time stands still/],
  'a redirect': [
    whole('/info', { status: 302, headers: { Location: 'http://elsewhere.example/login?t=1' } }),
    /answers a redirect \(302\) to http:\/\/elsewhere\.example\/login: Unjam follows none/,
  ],
  'members without a list': [body('/members', () => ({})), /the answer has no members/],
  'a member without an address': [
    body('/members', (m) => void delete m.members[0].address),
    /members\[0\] has no address/,
  ],
  'a member twice': [
    body('/members', (m) => void m.members.push(m.members[0])),
    /the member node1:7000 is there twice/,
  ],
  'a master that is no member': [body('/members', (m) => ({ ...m, master: 'x' })), /the master x is not among/],
  'master is null': [body('/members', (m) => ({ ...m, master: null })), /master is null: leave out what is not known/],
  'members break down': [
    whole('/members', { status: 500, body: { error: 'NullPointerException' } }),
    /GET \/members: answers 500 \("NullPointerException"\)/,
  ],
  'jobs as a bare list': [body('/jobs', (page) => page.jobs), /the answer is a list, not an object/],
  'an id as a number': [body('/jobs', (page) => void (page.jobs[0].id = 7)), /jobs\[0\]\.id is a number, not a string/],
  'an id with a slash': [body('/jobs', (page) => void (page.jobs[0].id = 'a/b')), /jobs\[0\]\.id is "a\/b", not an id/],
  'a job without createdAt': [
    body('/jobs', (page) => void delete page.jobs[1]?.createdAt),
    /jobs\[1\] has no createdAt/,
  ],
  'a time of a job without zone': [
    body('/jobs', (page) => void (page.jobs[0].createdAt = '2026-01-02T03:04:05')),
    /jobs\[0\]\.createdAt is "2026-01-02T03:04:05", not a time/,
  ],
  'a state of its own': [
    body('/jobs', (page) => void (page.jobs[0].state = 'PAUSED')),
    /jobs\[0\]\.state is "PAUSED"; the contract has pending, running/,
  ],
  'a null': [body('/jobs', (page) => void (page.jobs[0].parent = null)), /jobs\[0\]\.parent is null: leave out/],
  'many faults': [
    body('/jobs', (page) => void page.jobs.forEach((/** @type {any} */ job) => (job.id = 7))),
    /and 2 more faults in the same answer/,
  ],
  'a created time ahead': [
    body('/jobs', (page) => void (page.jobs[0].createdAt = '2126-01-02T03:04:05Z')),
    /ahead of the clock of GET \/info: check the zone/,
  ],
  'a parent that is not offered': [
    body('/info', (info) => void delete info.capabilities.parents),
    /names a parent, and the capability parents is not offered/,
  ],
  'its own parent': [body('/jobs', (page) => void (page.jobs[0].parent = page.jobs[0].id)), /is its own parent/],
  'a limit that is ignored': [
    (asked, answer, jobs) =>
      asked.path === '/jobs' && answer.status === 200 ? { ...answer, body: { jobs: [...jobs.values()] } } : undefined,
    /gives 5 jobs, more than the limit/,
  ],
  'a page that lacks a job': [
    (asked, answer) =>
      asked.path === '/jobs' && asked.query.has('cursor') && answer.status === 200
        ? { ...answer, body: { ...answer.body, jobs: answer.body.jobs.slice(1) } }
        : undefined,
    /is open and on no page with limit=2/,
  ],
  'a page that repeats a job': [
    (asked, answer, jobs) =>
      asked.path === '/jobs' && asked.query.has('cursor') && answer.status === 200
        ? { ...answer, body: { ...answer.body, jobs: [jobs.get(RUNNING)] } }
        : undefined,
    /job 733584788375666681 comes more than once/,
  ],
  'pages in a circle': [body('/jobs', (page) => ({ ...page, next: '2' })), /next is the cursor of an earlier page/],
  'an empty cursor': [body('/jobs', (page) => ({ ...page, next: '' })), /next is ""/],
  'a cursor as a number': [body('/jobs', (page) => ({ ...page, next: 2 })), /next is a number, not a string/],
  'the second page breaks': [
    (asked, answer) =>
      asked.query.has('cursor') && answer.status === 200 ? { status: 500, body: { error: 'x' } } : undefined,
    /GET \/jobs\?limit=2&cursor=2: answers 500/,
  ],
  'ended jobs are listed': [
    body('/jobs', (page) => void (page.jobs[0].state = 'finished')),
    /lists job 733584788375666680, which is finished/,
  ],
  'an odd limit breaks it': [
    (asked) => (asked.query.get('limit') === 'many' ? { status: 500, body: { error: 'NaN' } } : undefined),
    /GET \/jobs\?limit=many: answers 500 \("NaN"\) where the contract has 4xx/,
  ],
  'an odd cursor breaks it': [
    (asked) => (asked.query.get('cursor')?.startsWith('unjam') ? { status: 503, body: { error: 'x' } } : undefined),
    /cursor=unjam-contract-check: answers 503/,
  ],
  'a listed job is not found': [
    whole(/^\/jobs\/7\d+$/, { status: 404, body: { error: 'x' } }),
    /GET \/jobs\/733584788375666680: answers 404/,
  ],
  'an id that is rounded': [
    (asked, answer) =>
      /^\/jobs\/7\d+$/.test(asked.path) && answer.status === 200
        ? { ...answer, body: { ...answer.body, id: '733584788375666600' } }
        : undefined,
    /the answer is about "733584788375666600"; ids are given back as they were sent/,
  ],
  'a job of another time': [
    (asked, answer) =>
      /^\/jobs\/7\d+$/.test(asked.path) && answer.status === 200
        ? { ...answer, body: { ...answer.body, createdAt: '2026-01-02T00:04:05Z' } }
        : undefined,
    /createdAt is 2026-01-02T00:04:05Z here and/,
  ],
  'an unknown id is 200': [
    whole(/^\/jobs\/unjam[^/]*$/, { status: 200, body: {} }),
    /answers 200 where the contract has 404/,
  ],
  'an unknown id is 500': [whole(/^\/jobs\/unjam[^/]*$/, { status: 500 }), /answers 500 .* where the contract has 404/],
  '404 as text': [
    whole(/^\/jobs\/unjam[^/]*$/, { text: 'Not Found', headers: { 'Content-Type': 'text/plain' } }),
    /answers 404 with Content-Type "text\/plain"/,
  ],
  '404 without an error': [
    whole(/^\/jobs\/unjam[^/]*$/, { body: { message: 'x' } }),
    /answers 404, but the answer has no error/,
  ],
  'open to everybody': [
    (asked, answer) => (asked.authorization ? undefined : { ...answer, status: 200, body: { jobs: [] } }),
    /answers 200 where the contract has 401/,
  ],
  'a wrong token is 403': [
    (asked, answer) => (asked.authorization === 'Bearer not-the-token' ? { ...answer, status: 403 } : undefined),
    /answers 403 .* where the contract has 401/,
  ],
  'a negative counter': [
    body('/delivery', (d) => void (d.deliveries[1].undelivered = -5)),
    /deliveries\[1\]\.undelivered is -5: a counter is never negative/,
  ],
  'half an event': [
    body('/delivery', (d) => void (d.deliveries[1].undelivered = 1.5)),
    /undelivered is a number, not an integer/,
  ],
  'a pair twice': [
    body('/delivery', (d) => void d.deliveries.push(d.deliveries[0])),
    /the pair node1 to node2 is there twice/,
  ],
  'a pair of one node': [
    body('/delivery', (d) => void (d.deliveries[0].peer = 'node1')),
    /node1 to node1 is a node and itself/,
  ],
  'a loss in the future': [
    body('/delivery', (d) => void (d.deliveries[1].lostSince = '2126-01-01T00:00:00Z')),
    /in the future/,
  ],
  'delivery is offered and not there': [
    whole('/delivery', { status: 404, body: { error: 'x' } }),
    /GET \/delivery: answers 404/,
  ],
  'a stop of an unknown id is taken': [
    whole(/^\/jobs\/unjam.*cancel$/, { status: 202, body: { id: 'x' } }, 'POST'),
    /cancel: answers 202 where the contract has 404/,
  ],
  'no body breaks it': [
    (asked, answer) => (asked.path.endsWith('/force-stop') && !asked.body ? { ...answer, status: 500 } : undefined),
    /with a broken body, POST .*force-stop: answers 500/,
  ],
  'GET stops': [
    whole(/^\/jobs\/unjam.*\/cancel$/, { status: 202, body: { id: 'x' } }),
    /GET .*\/cancel: answers 202 where the contract has 4xx/,
  ],
};

describe('each break is named', { concurrency: true }, () => {
  for (const [name, [breaks, sentence]] of Object.entries(READ_BREAKS)) {
    test(name, async () => {
      const { code, said, last } = await check(breaks);
      assert.equal(code, 1, said);
      assert.match(said, sentence);
      assert.match(last, /^\d+ checks? passed, [1-9]\d* failed, \d+ not offered$/);
    });
  }

  test('an answer that hangs', async () => {
    const { code, said } = await check(
      (asked, answer) => (asked.path === '/members' ? { ...answer, hangs: true } : undefined),
      { timeout: SECOND }
    );
    assert.equal(code, 1);
    assert.match(said, /GET \/members: no complete answer within 1 s/);
  });

  test('nobody there', async () => {
    const { code, said } = await check(undefined, { base: 'http://127.0.0.1:1' });
    assert.equal(code, 1);
    assert.match(said, /GET \/info: no answer: .*ECONNREFUSED.*\nnot checked {2}everything else/);
  });
});

/**
 * A break of the stops of the named job.
 * @param {string} how
 * @param {Break} breaks
 * @returns {Break}
 */
function stopping(how, breaks) {
  return (asked, answer, jobs) =>
    asked.method === 'POST' && asked.path === `/jobs/${RUNNING}/${how}` ? breaks(asked, answer, jobs) : undefined;
}

/** @type {Record<string, [Break, RegExp]>} */
const WRITE_BREAKS = {
  'createdAt is not compared': [
    stopping('cancel', (_, answer, jobs) => {
      if (answer.status === 409 && jobs.get(RUNNING).state === 'running') {
        jobs.get(RUNNING).state = 'canceling';
        return { status: 202, body: { id: RUNNING } };
      }
      return undefined;
    }),
    /with another createdAt, .*answers 202 where the contract has 409[^]*went from running to canceling by a request that was to be refused/,
  ],
  'a stop without a body is done': [
    stopping('cancel', (asked, _, jobs) => {
      if (asked.body) {
        return undefined;
      }
      jobs.get(RUNNING).state = 'canceling';
      return { status: 202, body: { id: RUNNING } };
    }),
    /without a body, .*answers 202 where the contract has 4xx/,
  ],
  'times are compared as texts': [
    stopping('cancel', (asked) =>
      asked.body?.createdAt.endsWith('+05:30') ? { status: 409, body: { error: 'x' } } : undefined
    ),
    /written in another zone: compare instants, not texts/,
  ],
  'a cancel is 200': [
    stopping('cancel', (_, answer) => (answer.status === 202 ? { ...answer, status: 200 } : undefined)),
    /answers 200 where the contract has 202/,
  ],
  'a cancel names another job': [
    stopping('cancel', (_, answer) => (answer.status === 202 ? { ...answer, body: { id: '7' } } : undefined)),
    /the answer is about "7"/,
  ],
  'a cancel does nothing': [
    stopping('cancel', (_, answer, jobs) => {
      jobs.get(RUNNING).state = 'running';
      return answer;
    }),
    /is still running after 1 s/,
  ],
  'a second cancel is refused': [
    stopping('cancel', (_, answer, jobs) => {
      const again = jobs.get(RUNNING).asked;
      jobs.get(RUNNING).asked = again || answer.status === 202;
      return again ? { status: 409, body: { error: 'twice' } } : undefined;
    }),
    /FAILED +asking twice is no error/,
  ],
  'a force stop does nothing': [
    stopping('force-stop', (_, answer, jobs) => {
      jobs.get(RUNNING).state = 'canceling';
      return answer;
    }),
    /FAILED +a job that was stopped by force is canceled\n.*is still canceling after 1 s/,
  ],
  'a job is forgotten at its end': [
    (asked, _, jobs) =>
      asked.path === `/jobs/${RUNNING}` && jobs.get(RUNNING).state === 'canceled'
        ? { status: 404, body: { error: 'x' } }
        : undefined,
    /gives the job no more: an end is proven by this answer alone/,
  ],
  'an ended job stays listed': [
    (asked, answer, jobs) =>
      asked.path === '/jobs' && jobs.get(RUNNING).state === 'canceled'
        ? { ...answer, body: { jobs: [...jobs.values()] } }
        : undefined,
    /has ended and is still in GET \/jobs/,
  ],
  'an ended job is stopped again': [
    (asked, _, jobs) =>
      asked.method === 'POST' && asked.path.includes(RUNNING) && asked.body && jobs.get(RUNNING).state === 'canceled'
        ? { status: 202, body: { id: RUNNING } }
        : undefined,
    /FAILED +(a job that has ended is stopped no more|a job that was stopped by force)|answers 202 where the contract has 409/,
  ],
};

describe('each break of a stop is named', { concurrency: true }, () => {
  for (const [name, [breaks, sentence]] of Object.entries(WRITE_BREAKS)) {
    test(name, async () => {
      const { code, said } = await check(breaks, { writes: RUNNING });
      assert.equal(code, 1, said);
      assert.match(said, sentence);
    });
  }

  for (const id of ['no-such-job', '../members', 'a b']) {
    test(`an id that is none ("${id}") is not stopped`, async () => {
      const { code, said, asked } = await check(undefined, { writes: id });
      assert.equal(code, 1);
      assert.match(said, /FAILED +the job to stop is open/);
      assert.ok(
        asked.filter(({ method }) => method === 'POST').every(({ path }) => path.includes('unjam-contract-check'))
      );
    });
  }

  test('another job than the named one is not stopped', async () => {
    const { code, said, asked } = await check(
      (_, answer) => (answer.body?.id === RUNNING ? { ...answer, body: { ...answer.body, id: HANGING } } : undefined),
      { writes: RUNNING }
    );
    assert.equal(code, 1);
    assert.match(said, /the answer is about "733584788375666682", so nothing is stopped/);
    assert.ok(
      asked.filter(({ method }) => method === 'POST').every(({ path }) => path.includes('unjam-contract-check'))
    );
  });

  test('a job that has ended already', async () => {
    const { said } = await check(
      (_, answer, jobs) => {
        jobs.get(RUNNING).state = 'finished';
        return answer;
      },
      { writes: RUNNING }
    );
    assert.match(said, /has ended already \(finished\): name an open one/);
  });
});

test('the same instant in another zone keeps its digits', () => {
  assert.equal(inOtherZone('2026-01-02T03:04:05.123456789+02:00'), '2026-01-02T06:34:05.123456789+05:30');
  assert.equal(inOtherZone('2026-12-31T23:04:05Z'), '2027-01-01T04:34:05+05:30');
});
