// @ts-check
/** The tests of live.test.mjs, as commands.mjs names them. */
export const LIVE = [
  'the demo',
  'the steps of npm test',
  'the simulator',
  'a recording',
  'the check of the contract',
  'a server',
  'a reload',
];
