// @ts-check
/** Jobs for tests: a fake source that writes to the console. */

/** Rows, and splits with one row each: at one split a second a streaming job has rows for an hour. */
const STREAMING_ROWS = 3_600;
const STREAMING_PAUSE_MS = 1_000;
/** A batch job that ends by itself after about a second. */
const BATCH_ROWS = 5;
const CHECKPOINT_INTERVAL_MS = 5_000;

/**
 * A job's configuration as submit-job takes it.
 * @param {string} name
 * @param {'streaming' | 'batch'} mode
 */
export function jobConfig(name, mode) {
  const streaming = mode === 'streaming';
  const source = {
    plugin_name: 'FakeSource',
    ...table('fake', 'output'),
    parallelism: 1,
    'row.num': streaming ? STREAMING_ROWS : BATCH_ROWS,
    'split.num': streaming ? STREAMING_ROWS : 1,
    'split.read-interval': streaming ? STREAMING_PAUSE_MS : 1,
    schema: { fields: { name: 'string', age: 'int' } },
  };
  return {
    env: {
      'job.name': name,
      'job.mode': mode.toUpperCase(),
      parallelism: 1,
      'checkpoint.interval': CHECKPOINT_INTERVAL_MS,
    },
    source: [source],
    transform: [],
    sink: [{ plugin_name: 'Console', ...table('fake', 'input') }],
  };
}

/**
 * Names the table between source and sink, in the words of old (up to 2.3.8) and new engines.
 * @param {string} name
 * @param {'input' | 'output'} side
 */
function table(name, side) {
  return side === 'output'
    ? { plugin_output: name, result_table_name: name }
    : { plugin_input: name, source_table_name: name };
}
