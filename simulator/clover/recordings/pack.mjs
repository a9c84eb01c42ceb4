// @ts-check
/**
 * Packs a recorded outage for the simulator: `node pack.mjs FROM.jsonl.gz TO.json.gz`.
 *
 * A line of the recording is one reading of one node, once a second. Kept is what a server shows and the recorder's own
 * truth, each attribute where it changed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** The places of the MBeans in a line, by generation of JGroups. */
const PLACES = {
  2: { NAKACK: 0, STABLE: 3, channel: 4, truth: 5 },
  5: { NAKACK2: 0, FD_ALL3: 1, GMS: 2, STABLE: 3, channel: 4, truth: 5 },
};

const [from = '', to = ''] = process.argv.slice(2);
const lines = gunzipSync(readFileSync(from)).toString('utf8').trim().split('\n');
const read = lines.map((line) => JSON.parse(line)).sort((one, other) => one.t - other.t);
const generation = read.some((line) => line.values && 'GcLag' in line.values[0]) ? 2 : 5;

/** @type {Record<string, Array<[number, Record<string, Record<string, unknown>> | null]>>} */
const nodes = {};
/** @type {Record<string, Record<string, Record<string, string>>>} */
const shown = {};
for (const { t, node, values } of read) {
  const list = (nodes[node] ??= []);
  if (!values) {
    list.push([t, null]);
    continue;
  }
  /** @type {Record<string, Record<string, unknown>>} */
  const changed = {};
  const known = (shown[node] ??= {});
  for (const [bean, place] of Object.entries(PLACES[generation])) {
    const before = (known[bean] ??= {});
    for (const [attribute, value] of Object.entries(values[place])) {
      const text = JSON.stringify(value);
      if (before[attribute] !== text) {
        before[attribute] = text;
        (changed[bean] ??= {})[attribute] = value;
      }
    }
  }
  list.push([t, changed]);
}
const name = path.basename(from).replace(/\.jsonl\.gz$/, '');
const packed = {
  name,
  jgroups: generation === 2 ? '2.12.3.Final' : '5.3.16.Final (Zoncolan)',
  generation,
  channel: 'cloverCluster',
  nodes,
};
writeFileSync(to, gzipSync(JSON.stringify(packed), { level: 9 }));
