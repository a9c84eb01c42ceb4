// @ts-check
/** Errors of the test engine. Each message says what happened and what to do now. */

/** Exit code for "cannot do that", and the one that callers count as "skipped". */
export const EXIT_FAILED = 1;
export const EXIT_TOOL_MISSING = 3;

/** Anything that goes wrong with the engine; the message is meant for people. */
export class EngineError extends Error {
  /**
   * @param {string} message one sentence: what happened, and what to do now
   * @param {{ exitCode?: number, cause?: unknown }} [options]
   */
  constructor(message, options = {}) {
    super(message, { cause: options.cause });
    this.name = 'EngineError';
    /** Exit code of the command line for this error. */
    this.exitCode = options.exitCode ?? EXIT_FAILED;
  }
}

/** Java or Maven is not there, so nothing could be tried: callers skip. */
export class ToolMissingError extends EngineError {
  /** @param {string} message */
  constructor(message) {
    super(message, { exitCode: EXIT_TOOL_MISSING });
    this.name = 'ToolMissingError';
  }
}
