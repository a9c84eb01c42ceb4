// @ts-check
/** Resolves jars with Maven and compiles Java sources, both cached. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cached } from './cache.mjs';
import { progress, run } from './tools.mjs';

/** Engine classes run on Java 8 and newer, ours on 17. */
const JAVA_RELEASE = '17';

/**
 * The jars a pom's dependencies stand for. Resolved again when the pom changed, or when a jar is gone
 * from Maven's local repository.
 * @param {string} name
 * @param {string} pom
 * @returns {Promise<string[]>}
 */
export async function resolveClasspath(name, pom) {
  const resolve = async (/** @type {string} */ file) => {
    progress(`Resolving ${name} from Maven (about a minute the first time) …`);
    await run('mvn', ['-B', '-q', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`]);
  };
  const folder = await cached(name, { files: [pom] }, (target) => resolve(join(target, 'classpath.txt')));
  const file = join(folder, 'classpath.txt');
  const read = () => readFileSync(file, 'utf8').trim().split(delimiter);
  if (!read().every((jar) => existsSync(jar))) {
    await resolve(file);
  }
  return read();
}

/**
 * Compiles all Java sources below a folder.
 * @param {string} name
 * @param {string} sourceDir
 * @param {string[]} classpath
 * @returns {Promise<string>} folder with the classes
 */
export async function compile(name, sourceDir, classpath) {
  const sources = javaFiles(sourceDir);
  return cached(name, { files: sources, texts: classpath }, async (target) => {
    progress(`Compiling ${name} …`);
    await run('javac', [
      '-nowarn',
      '-proc:none',
      '--release',
      JAVA_RELEASE,
      '-d',
      target,
      '-cp',
      classpath.join(delimiter),
      ...sources,
    ]);
  });
}

/**
 * All Java sources below a folder, in a stable order.
 * @param {string} dir
 * @returns {string[]}
 */
function javaFiles(dir) {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.java'))
    .sort()
    .map((file) => join(dir, file));
}

/**
 * The single jars that a pom names as artifactItems, without their dependencies.
 * @param {string} name
 * @param {string} pom
 * @returns {Promise<string[]>}
 */
export async function copyJars(name, pom) {
  const folder = await cached(`${name}-jars`, { files: [pom] }, async (target) => {
    progress(`Copying single jars of ${name} from Maven …`);
    await run('mvn', ['-B', '-q', '-f', pom, 'dependency:copy', `-DoutputDirectory=${target}`]);
  });
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(folder, file));
}
