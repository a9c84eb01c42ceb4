import { parseTime } from './time';

/** One thing that speaks for a finding. */
export interface Evidence {
  /** When it was seen or happened, in milliseconds since 1970; undefined where it is not told. */
  at?: number;
  /** Where it comes from, in the backend's word; empty where it is not told. */
  source: string;
  sentence: string;
}

/** What a finding rests on, and what would have to be known to say more. */
export interface Grounds {
  evidence: Evidence[];
  lacks: string[];
}

/** What the backend writes between the time, the source and the sentence of a line (pkg/plugin/diagnosis.go). */
const BETWEEN = ' · ';
/** The backend's source of what is not known. */
const NOT_KNOWN = 'not known';

/** Reads the lines of a job's evidence. A line of another form is a sentence without a time. */
export function readGrounds(lines: string[]): Grounds {
  const all = lines.map(readLine);
  return {
    evidence: all.filter(({ source }) => source !== NOT_KNOWN),
    lacks: all.filter(({ source }) => source === NOT_KNOWN).map(({ sentence }) => sentence),
  };
}

function readLine(line: string): Evidence {
  const [when = '', source = '', ...rest] = line.split(BETWEEN);
  const at = parseTime(when);
  return at === undefined || rest.length === 0
    ? { source: '', sentence: line }
    : { at, source, sentence: rest.join(BETWEEN) };
}
