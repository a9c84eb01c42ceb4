// @ts-check
/** The control page: shows the state a few times a second, and sends what is asked for. */

const REFRESH_MS = 1_000;
/** Requests that are shown. */
const REQUESTS_SHOWN = 20;

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`The page has no #${id}.`);
  }
  return found;
}

/** @param {string} text */
function say(text) {
  element('said').textContent = text;
}

/**
 * @param {string} path
 * @param {unknown} [body] with one it is a POST
 */
async function api(path, body) {
  const answer = await fetch(path, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const value = await answer.json();
  if (!answer.ok) {
    throw new Error(value.error);
  }
  return value;
}

/**
 * Sends a change and says what came of it.
 * @param {string} path
 * @param {unknown} body
 * @param {string} done
 */
async function change(path, body, done) {
  try {
    await api(path, body);
    say(done);
    await refresh();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} tag
 * @param {string} text
 */
function made(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

/**
 * What differs between the kinds: the product's name, a fault to begin with, and what can be done to a member.
 * @type {Record<string, { product: string, fault: string, actions: Array<[label: string, fault: object]>, field: string }>}
 */
const KINDS = {
  seatunnel: {
    product: 'SeaTunnel',
    fault: '{"kind":"lose-final-status","on":true}',
    field: 'member',
    actions: [
      ['freeze', { kind: 'freeze' }],
      ['thaw', { kind: 'thaw' }],
      ['kill', { kind: 'kill' }],
      ['start', { kind: 'start' }],
    ],
  },
  cloverdx: {
    product: 'CloverDX',
    fault: '{"kind":"cut","node":"nodeB","on":true,"http":true,"seconds":300}',
    field: 'node',
    actions: [
      ['cut network', { kind: 'cut', on: true }],
      ['network back', { kind: 'cut', on: false }],
      ['freeze', { kind: 'freeze' }],
      ['thaw', { kind: 'thaw' }],
      ['restart', { kind: 'restart' }],
      ['release inbound', { kind: 'release' }],
    ],
  },
  generic: {
    product: 'In-house coordinator',
    fault: '{"kind":"lose-cancels","on":true}',
    field: 'node',
    actions: [
      ['cut network', { kind: 'cut', on: true }],
      ['network back', { kind: 'cut', on: false }],
      ['restart', { kind: 'restart' }],
      ['make master', { kind: 'master' }],
    ],
  },
};

/** @param {any} member */
function membersState(member) {
  const words = [
    member.process,
    member.joined === undefined ? '' : member.joined ? 'member' : 'not a member',
    member.cut ? 'cut off' : '',
    member.suspended ? 'suspended' : '',
    member.reachable ? '' : 'unreachable',
    member.view ? `sees ${member.view.join(', ')}` : '',
    member.rate === undefined ? '' : `${member.rate} events/s`,
  ];
  return words.filter((word) => word !== '').join(', ');
}

let membersShown = '';

/** @param {any} state */
function showMembers(state) {
  const text = JSON.stringify([state.members, state.activeMaster]);
  if (text === membersShown) {
    return; // Rows are replaced only when they change, so that a focused button stays.
  }
  membersShown = text;
  const kind = KINDS[state.kind];
  const rows = state.members.map((/** @type {any} */ member) => {
    const row = document.createElement('tr');
    const name = made('th', member.name === state.activeMaster ? `${member.name} (active)` : member.name);
    name.setAttribute('scope', 'row');
    const doing = document.createElement('td');
    for (const [label, fault] of kind?.actions ?? []) {
      const button = made('button', label);
      button.setAttribute('aria-label', `${label} ${member.name}`);
      button.addEventListener('click', () =>
        change('api/faults', { ...fault, [kind?.field ?? '']: member.name }, `${member.name}: ${label}.`)
      );
      doing.append(button, ' ');
    }
    const addresses = [member.restV2, member.restV1, member.server, member.jolokia].filter(Boolean);
    row.append(name, made('td', membersState(member)), made('td', addresses.join(' ')), doing);
    return row;
  });
  element('members').replaceChildren(...rows);
}

/** What no coordinator tells of a job. @param {any} job */
function moreOf(job) {
  const waits = (job.waitsFor ?? []).map((/** @type {any} */ one) => `waits for ${one.child} (event ${one.event})`);
  const threads = job.threadsOn === undefined ? [] : [`threads on ${job.threadsOn.join(', ') || 'none'}`];
  const stuck = job.finalStatusLost ? ['final status lost'] : job.stuck ? ['nobody acknowledges its cancel'] : [];
  const parent = job.parent ? [`child of ${job.parent}`] : [];
  return [...stuck, ...threads, ...parent, ...waits].join('; ');
}

/** @param {any[]} jobs */
function showJobs(jobs) {
  const rows = jobs.map((job) => {
    const row = document.createElement('tr');
    const name = made('th', job.name);
    name.setAttribute('scope', 'row');
    name.title = job.id;
    row.append(
      name,
      made('td', job.status),
      made('td', job.since),
      made('td', job.worker ?? job.node ?? ''),
      made('td', moreOf(job))
    );
    return row;
  });
  element('jobs').replaceChildren(...rows);
}

/** @param {any[]} pairs */
function showDelivery(pairs) {
  const telling = pairs.filter((pair) => pair.lostSince !== null || pair.lostForGood > 0);
  element('delivery-section').hidden = pairs.length === 0;
  element('delivery-count').textContent = `${telling.length} of ${pairs.length} pairs`;
  element('delivery').replaceChildren(
    ...telling.map((pair) => {
      const row = document.createElement('tr');
      const name = made('th', `${pair.node} → ${pair.peer}`);
      name.setAttribute('scope', 'row');
      const figures = [
        pair.lostSince ?? '',
        pair.undelivered,
        pair.missing,
        pair.held,
        pair.lostForGood,
        pair.releases,
      ];
      row.append(name, ...figures.map((figure) => made('td', String(figure))));
      return row;
    })
  );
}

let scenarioShown = '';

async function refresh() {
  const [state, { jobs }, { delivery }, { requests }] = await Promise.all([
    api('api/state'),
    api('api/jobs'),
    api('api/delivery'),
    api('api/requests?method=POST'),
  ]);
  element('what').textContent = `Now: ${state.title}. ${state.what}`;
  element('time').textContent = state.virtualTime;
  element('speed-now').textContent = String(state.speed);
  element('counts').textContent = Object.entries(state.jobs)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
  element('upcoming').replaceChildren(
    ...state.upcoming.map((/** @type {any} */ entry) => made('li', `${entry.at}: ${entry.what}`))
  );
  const key = `${state.scenario} ${state.seed}`;
  if (key !== scenarioShown) {
    scenarioShown = key;
    /** @type {HTMLSelectElement} */ (element('scenario')).value = state.scenario;
    /** @type {HTMLInputElement} */ (element('seed')).value = String(state.seed);
  }
  const fault = /** @type {HTMLInputElement} */ (element('fault'));
  if (element('product').textContent !== KINDS[state.kind]?.product) {
    element('product').textContent = KINDS[state.kind]?.product ?? '';
    fault.value = KINDS[state.kind]?.fault ?? '';
  }
  showMembers(state);
  showJobs(jobs);
  showDelivery(delivery);
  element('requests').replaceChildren(
    ...requests
      .slice(-REQUESTS_SHOWN)
      .reverse()
      .map((/** @type {any} */ one) =>
        made('li', `${one.at} ${one.member} ${one.method} ${one.path} ${one.body} → ${one.status ?? 'no answer'}`)
      )
  );
}

/**
 * @param {string} id
 * @param {(data: FormData) => Promise<void>} send
 */
function onSubmit(id, send) {
  element(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void send(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)));
  });
}

onSubmit('scenario-form', (data) =>
  change('api/scenario', { name: data.get('scenario'), seed: Number(data.get('seed')) }, 'The scenario has begun.')
);
onSubmit('clock-form', (data) => change('api/clock', { speed: Number(data.get('speed')) }, 'The speed is set.'));
onSubmit('fault-form', async (data) => {
  try {
    const fault = JSON.parse(String(data.get('fault')));
    await change('api/faults', fault, 'The fault is injected.');
  } catch {
    say('That is no JSON.');
  }
});
for (const button of document.querySelectorAll('[data-advance]')) {
  const seconds = Number(button.getAttribute('data-advance'));
  button.addEventListener('click', () =>
    change('api/clock', { advanceSeconds: seconds }, `Virtual time is ${seconds} s further.`)
  );
}

const [{ scenarios }, { faults }] = await Promise.all([api('api/scenarios'), api('api/faults')]);
element('scenario').replaceChildren(
  ...scenarios.map((/** @type {any} */ one) => {
    const option = made('option', `${one.name}: ${one.title}`);
    option.setAttribute('value', one.name);
    return option;
  })
);
element('kinds').textContent = Object.entries(faults)
  .map(([kind, fields]) => `${kind} (${Object.keys(fields).join(', ')})`)
  .join('; ');
await refresh();
setInterval(() => {
  refresh().catch(() => say('The simulator does not answer.'));
}, REFRESH_MS);
