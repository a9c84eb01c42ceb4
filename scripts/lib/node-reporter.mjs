// @ts-check
/** A reporter for `node --test` that prints one JSON object a test; counts.mjs reads them. */

/**
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 * @returns {AsyncGenerator<string>}
 */
export default async function* report(events) {
  for await (const event of events) {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      yield* outcome(event.type === 'test:pass', event.data);
    } else if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      yield line({ unjam: 'say', text: event.data.message });
    } else if (event.type === 'test:diagnostic') {
      yield line({ unjam: 'say', text: `${event.data.message}\n` });
    }
  }
}

/**
 * @param {boolean} passed
 * @param {any} data
 */
function* outcome(passed, data) {
  const { name } = data;
  const reason = data.skip ?? data.todo;
  if (reason !== undefined) {
    yield line({ unjam: 'skip', name, why: typeof reason === 'string' && reason !== '' ? reason : 'no reason given' });
  } else if (!passed) {
    const error = data.details?.error;
    // A suite or file that failed through one of its tests is that test's failure, said already.
    if (error?.failureType !== 'subtestsFailed') {
      yield line({ unjam: 'fail', name, why: String(error?.cause?.stack ?? error?.cause ?? error?.stack ?? error) });
    }
  } else if (data.details?.type !== 'suite') {
    yield line({ unjam: 'pass', name });
  }
}

/** @param {object} value */
function line(value) {
  return `${JSON.stringify(value)}\n`;
}
