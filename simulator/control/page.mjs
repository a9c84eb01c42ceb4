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

/** @param {{ name: string, process: string, joined: boolean, reachable: boolean }} member */
function membersState(member) {
  const words = [member.process, member.joined ? 'member' : 'not a member'];
  return member.reachable ? words.join(', ') : [...words, 'unreachable'].join(', ');
}

const ACTIONS = ['freeze', 'thaw', 'kill', 'start'];
let membersShown = '';

/** @param {any} state */
function showMembers(state) {
  const text = JSON.stringify([state.members, state.activeMaster]);
  if (text === membersShown) {
    return; // Rows are replaced only when they change, so that a focused button stays.
  }
  membersShown = text;
  const rows = state.members.map((/** @type {any} */ member) => {
    const row = document.createElement('tr');
    const name = made('th', member.name === state.activeMaster ? `${member.name} (active)` : member.name);
    name.setAttribute('scope', 'row');
    const doing = document.createElement('td');
    for (const kind of ACTIONS) {
      const button = made('button', kind);
      button.setAttribute('aria-label', `${kind} ${member.name}`);
      button.addEventListener('click', () =>
        change('api/faults', { kind, member: member.name }, `${member.name}: ${kind}.`)
      );
      doing.append(button, ' ');
    }
    row.append(
      name,
      made('td', membersState(member)),
      made('td', member.restV2 ?? 'none'),
      made('td', member.restV1),
      doing
    );
    return row;
  });
  element('members').replaceChildren(...rows);
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
      made('td', job.finalStatusLost ? `${job.status}, final status lost` : job.status),
      made('td', job.since),
      made('td', job.worker ?? ''),
      made('td', job.threadsOn.join(', ') || 'none')
    );
    return row;
  });
  element('jobs').replaceChildren(...rows);
}

let scenarioShown = '';

async function refresh() {
  const [state, { jobs }, { requests }] = await Promise.all([
    api('api/state'),
    api('api/jobs'),
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
  showMembers(state);
  showJobs(jobs);
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
