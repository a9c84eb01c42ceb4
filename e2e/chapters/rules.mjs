// @ts-check
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tsImport } from 'tsx/esm/api';
import { evaluated, openRuleStage, SOURCES } from '../lib/rule-stage.mjs';
import { until } from '../lib/until.mjs';

/** Two evaluations, and the faults that take their time: the overflow comes half a minute after the loss. */
const BOUND_MS = 75_000;
const { rulesFor, ALERT_RULES } = await tsImport('../../src/alerting/rules.ts', import.meta.url);

/**
 * What must fire at some time on each simulated coordinator; everything else must stay quiet.
 * @type {Record<import('../lib/rule-stage.mjs').Source, string[]>}
 */
const FIRING = {
  stuck: ['cannot-recover'],
  split: ['split'],
  skewed: ['skew'],
  clover: [
    'sent-buffer-half-full',
    'sent-buffer-nearly-full',
    'overflow-soon',
    'overflowed',
    'events-lost',
    'undelivered',
    'inbound-release-soon',
    'parent-stuck',
    'cannot-recover',
    // Its clock runs faster than ours.
    'skew',
  ],
  inhouse: [],
};

/**
 * Every alert rule, on coordinators that are in trouble.
 * @param {{ admin: import('../lib/client.mjs').GrafanaClient }} stage
 */
export function rules(stage) {
  describe('the alert rules, on simulated coordinators', () => {
    /** @type {Awaited<ReturnType<typeof openRuleStage>> | undefined} */
    let opened;
    /** What was seen of each rule over the time. @type {Map<string, { states: Set<string>, healths: Set<string>, errors: Set<string>, summaries: Set<string> }>} */
    const seen = new Map();
    before(async () => {
      opened = await openRuleStage(stage.admin);
    });
    after(() => opened?.close());

    test('each that must fire does, and the others stay quiet', async () => {
      const missing = () =>
        uids(([name, id]) => FIRING[name].includes(id)).filter((uid) => !seen.get(uid)?.states.has('firing'));
      const look = async () => {
        for (const [uid, rule] of await evaluated(stage.admin)) {
          const notes = seen.get(uid) ?? {
            states: new Set(),
            healths: new Set(),
            errors: new Set(),
            summaries: new Set(),
          };
          notes.states.add(rule.state);
          notes.healths.add(rule.health);
          if (rule.lastError) {
            notes.errors.add(rule.lastError);
          }
          for (const alert of rule.alerts ?? []) {
            notes.summaries.add(alert.annotations.summary ?? '');
          }
          seen.set(uid, notes);
        }
        return missing().length === 0 && seen.size === uids(() => true).length;
      };
      await until('the rules fire', BOUND_MS, look, async () => `missing ${missing().join(', ')}; ${said(seen)}`);
      const loud = uids(([name, id]) => !FIRING[name].includes(id)).filter((uid) =>
        seen.get(uid)?.states.has('firing')
      );
      assert.deepEqual(loud, [], said(seen));
    });

    test('each was evaluated, on every kind of coordinator that it is for, without an error', () => {
      for (const uid of uids(() => true)) {
        const notes = seen.get(uid);
        assert.deepEqual([...(notes?.errors ?? ['never evaluated'])], [], uid);
        assert.ok(!notes?.healths.has('error'), uid);
      }
      const evaluatedIds = new Set(uids(() => true).map((uid) => uid.replace(/^[a-z]+-/, '')));
      assert.deepEqual([...evaluatedIds].sort(), ALERT_RULES.map((/** @type {any} */ { id }) => id).sort());
    });

    test('the texts of the new rules say what is wrong', () => {
      const summary = (/** @type {string} */ uid) => [...(seen.get(uid)?.summaries ?? [])].join('\n');
      assert.match(summary('stuck-cannot-recover'), /on stuck cannot recover by itself: final status lost\./);
      assert.match(summary('split-split'), /The masters of split disagree: 1 more than one/);
      assert.match(summary('skewed-skew'), /The clock of skewed is 1m (2[89]|3[01])s off/);
    });
  });
}

/**
 * The uids of the rules of the stage.
 * @param {(rule: [name: import('../lib/rule-stage.mjs').Source, id: string]) => boolean} choose
 * @returns {string[]}
 */
function uids(choose) {
  return /** @type {import('../lib/rule-stage.mjs').Source[]} */ (Object.keys(SOURCES)).flatMap((name) =>
    rulesFor(SOURCES[name]).flatMap((/** @type {any} */ { id }) => (choose([name, id]) ? [`${name}-${id}`] : []))
  );
}

/** @param {Map<string, { states: Set<string>, healths: Set<string>, errors: Set<string> }>} seen */
function said(seen) {
  return [...seen]
    .map(([uid, { states, healths, errors }]) => `${uid}: ${[...states]} ${[...healths]} ${[...errors]}`)
    .join('\n');
}
