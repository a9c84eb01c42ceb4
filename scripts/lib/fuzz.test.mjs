// @ts-check
/** Targets that are not found are not run, and nobody would notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzTargets } from './fuzz.mjs';

test('fuzz: every target is found with its package, and packages without one are not', () => {
  const output = [
    'ok  \tgithub.com/unjam/unjam-jobs-app/pkg/action\t0.010s',
    'FuzzJobs',
    'FuzzOverview',
    'ok  \tgithub.com/unjam/unjam-jobs-app/pkg/coordinator/seatunnel\t0.012s',
    '?   \tgithub.com/unjam/unjam-jobs-app/pkg\t[no test files]',
    'FuzzSettings',
    'ok  \tgithub.com/unjam/unjam-jobs-app/pkg/plugin\t0.012s',
    '',
  ].join('\n');
  assert.deepEqual(fuzzTargets(output), [
    { folder: 'github.com/unjam/unjam-jobs-app/pkg/coordinator/seatunnel', name: 'FuzzJobs' },
    { folder: 'github.com/unjam/unjam-jobs-app/pkg/coordinator/seatunnel', name: 'FuzzOverview' },
    { folder: 'github.com/unjam/unjam-jobs-app/pkg/plugin', name: 'FuzzSettings' },
  ]);
});
