#!/usr/bin/env node
// @ts-check
/** `npm run workbench -- --coordinator URL`: builds what is missing or old, and serves until Ctrl-C. */
import { buildWorkbench } from '../scripts/demo/build.mjs';
import { buildBackend, startWorkbench } from './backend.mjs';

const programArguments = process.argv.slice(2);

const asksForHelp = programArguments.some((argument) => /^--?h(elp)?$/.test(argument));

try {
  if (!asksForHelp) {
    await buildWorkbench();
  }
  await buildBackend();
  const workbench = await startWorkbench(programArguments, { showLog: true });
  console.log(JSON.stringify({ url: workbench.url }));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => void workbench.stop());
  }
  process.exitCode = (await workbench.ended) ?? 1;
} catch (error) {
  // The program has said its help, and ended as it should.
  if (!asksForHelp) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
