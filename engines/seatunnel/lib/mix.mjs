// @ts-check
/**
 * Mixes the v2 engine: engine-server and core-starter as they are, the older modules they need fitted
 * to them by v2/mix/MixEngine.java, and the few classes that no module has from v2/shims.
 */
import { existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { cached } from './cache.mjs';
import { compile, copyJars, resolveClasspath } from './maven.mjs';
import { ENGINE_DIR } from './paths.mjs';
import { progress, run } from './tools.mjs';

/** Used as they are: the engine itself. */
const UNMODIFIED = /^seatunnel-(engine-server|core-starter)-2\.3\.13\.jar$/;
/** Comes with the libraries, in another version than the engine's own. */
const SUPERSEDED = /^seatunnel-core-starter-2\.3\.10\.jar$/;
/** Where classes have to move; other libraries are used as they are. */
const TO_BE_FITTED =
  /^(seatunnel-(?!hadoop)|checkpoint-storage-|imap-storage-|serializer-|connector-|jetty-|commons-lang3-)/;
/** The server uses it in a shaded copy, connectors under its own name. */
const USED_BOTH_WAYS = /^commons-lang3-/;

/**
 * The v2 engine's jars and classes, in class path order: what replaces a class comes before it.
 * @param {string} name
 * @param {string} pom
 * @returns {Promise<string[]>}
 */
export async function mixedJars(name, pom) {
  const libraries = await resolveClasspath(name, pom);
  const single = await copyJars(name, pom);
  const all = [...single, ...libraries].filter((jar) => !SUPERSEDED.test(basename(jar)));
  const engine = all.filter((jar) => UNMODIFIED.test(basename(jar)));
  const others = all.filter((jar) => !UNMODIFIED.test(basename(jar)));

  const sources = join(ENGINE_DIR, 'v2', 'mix');
  const asm = await resolveClasspath('mix', join(sources, 'pom.xml'));
  const tool = await compile('mix-classes', sources, asm);
  const toBeFitted = others.filter((jar) => TO_BE_FITTED.test(basename(jar)));
  const fitted = await cached('mixed-jars', { texts: [tool, ...toBeFitted] }, async (target) => {
    progress('Fitting older modules to engine-server 2.3.13 …');
    await run('java', ['-cp', [tool, ...asm].join(delimiter), 'MixEngine', target, ...toBeFitted]);
  });

  const jars = others.flatMap((jar) => {
    const copy = join(fitted, basename(jar));
    if (!existsSync(copy)) {
      return [jar];
    }
    return USED_BOTH_WAYS.test(basename(jar)) ? [copy, jar] : [copy];
  });
  const shims = await compile('shims', join(ENGINE_DIR, 'v2', 'shims'), [...engine, ...jars]);
  return [shims, ...engine, ...jars];
}
