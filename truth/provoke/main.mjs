// @ts-check
/**
 * Makes the corpus of recordings (truth/recordings) anew, or parts of it:
 *
 *     npm run record:corpus -- seatunnel|jgroups|simulator [NAME …] [--out DIR] [--recorder FILE] [--at-once N]
 *
 * Each scenario starts its engine itself, provokes what its story tells, and stops everything.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { record } from './lib/stage.mjs';

const KINDS = ['seatunnel', 'jgroups', 'simulator'];
const USAGE = `npm run record:corpus -- ${KINDS.join('|')} [NAME …] [--out DIR] [--recorder FILE] [--at-once N] [--list]`;

/** @typedef {import('./lib/stage.mjs').Scenario} Scenario */

/**
 * All scenarios of a kind.
 * @param {string} kind
 * @returns {Promise<Scenario[]>}
 */
async function scenariosOf(kind) {
  if (!KINDS.includes(kind)) {
    throw new Error(`Say what to record: ${USAGE}`);
  }
  return (await import(new URL(`./${kind}.mjs`, import.meta.url).href)).scenarios;
}

/**
 * Those that are named, or all but those apart.
 * @param {Scenario[]} scenarios
 * @param {string[]} names
 */
function chosen(scenarios, names) {
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no ${unknown.join(', ')}. There are: ${scenarios.map(({ name }) => name).join(', ')}.`);
  }
  return names.length === 0
    ? scenarios.filter(({ apart }) => !apart)
    : scenarios.filter(({ name }) => names.includes(name));
}

/**
 * Records one after the other, or several at once; one that fails does not stop the others.
 * @param {Scenario[]} scenarios
 * @param {{ out: string, recorder?: string, atOnce: number }} options
 * @returns {Promise<string[]>} names of those that failed
 */
async function recordAll(scenarios, { out, recorder, atOnce }) {
  /** @type {string[]} */
  const failed = [];
  const left = [...scenarios];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { name, story, perform } = next;
      console.error(`${name}: ${story}`);
      try {
        await perform((recorded, provoke) => record({ ...recorded, name, story, out, recorder }, provoke));
      } catch (error) {
        failed.push(name);
        console.error(`${name}: not recorded: ${error instanceof Error ? error.stack : error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failed;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: fileURLToPath(new URL('../recordings', import.meta.url)) },
      recorder: { type: 'string', default: process.env.UNJAM_RECORDER },
      'at-once': { type: 'string', default: '1' },
      list: { type: 'boolean', default: false },
    },
  });
  const [kind = '', ...names] = positionals;
  const scenarios = await scenariosOf(kind);
  if (values.list) {
    scenarios.forEach(({ name, story, apart }) => console.log(`${name}: ${story}${apart ? ` (apart: ${apart})` : ''}`));
    return;
  }
  const failed = await recordAll(chosen(scenarios, names), { ...values, atOnce: Number(values['at-once']) || 1 });
  if (failed.length > 0) {
    throw new Error(`Not recorded: ${failed.join(', ')}.`);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
