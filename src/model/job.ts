import { type DataFrame } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';

import { type Quality } from './age';
import { metaOf, number, quality, rowsOf, text, time, type Cell } from './reading';
import { toState, type JobState } from './states';
import { type SCHEMA_VERSION } from './query';

/** One job, open or ended, over a range of time. Only the Job page asks it; the query editor does not offer it. */
export interface JobQuery extends DataQuery {
  queryType: 'job';
  schemaVersion: typeof SCHEMA_VERSION;
  /** Every digit of the coordinator's id. */
  jobId: string;
}

/** A state that the job was in. Times are in milliseconds since 1970, by the server's clock. */
export interface Episode {
  name: string;
  /** Undefined where the coordinator does not tell. */
  createTime?: number;
  state: JobState;
  /** The coordinator's own word for the state. */
  word: string;
  since: number;
  quality: Quality;
  /** Undefined while it lasts. The end of a job is an episode that ends when it begins. */
  until?: number;
  lastSeen?: number;
  /** Since when a complete poll does not show the job any more. */
  missingSince?: number;
  /** The active master at the last look; empty where there is none. */
  master: string;
}

/** A node that the job runs on, or ran on last, as far as the coordinator tells or told. */
export interface JobNode {
  node: string;
  /** Whether it is there now; undefined where nobody says. */
  present?: boolean;
  master: boolean;
  /** The coordinator's own word for the node's state. */
  word: string;
  /** The last look that showed the job there; undefined while the newest one does. */
  lastSeen?: number;
}

/** How the end of a relative is known: not ended; told by the coordinator; not listed any more. */
export type RelativeEnd = '' | 'ended' | 'gone';

/** A job that waits for this one (parent), or that this one waits for (child). */
export interface Relative {
  role: 'parent' | 'child';
  id: string;
  name: string;
  createTime?: number;
  /** Where it ran last; empty where nobody says. */
  node: string;
  /** The state that it was seen in last. */
  state: JobState;
  ended: RelativeEnd;
  /** The first look that showed its end. */
  endedAt?: number;
}

/** What the backend's `job` query tells of one job. */
export interface JobPast {
  asOf?: number;
  answeredAt?: number;
  blind: boolean;
  /** There is more in the range than is told. */
  cut: boolean;
  /** Why nothing is told but the present; empty where the past was read. */
  pastNotKnown: string;
  /** The oldest first; of every job that had this id in the range. */
  episodes: Episode[];
  nodes: JobNode[];
  /** Why no node is told, a sentence of the backend's; empty where one is. */
  nodesNotKnown: string;
  relatives: Relative[];
  /** Ended children that are not remembered any more. */
  moreEnded: number;
  /** The job in the coordinator's own UI; empty where the settings name none. */
  link: string;
}

/** Reads the frames of the `job` query; undefined where they are none. */
export function readJobPast(frames: DataFrame[]): JobPast | undefined {
  const named = (name: string) => frames.find((frame) => frame.name === name);
  const episodes = named('episodes');
  if (!episodes) {
    return undefined;
  }
  const custom = metaOf(episodes);
  return {
    asOf: time(custom.asOf),
    answeredAt: time(custom.answeredAt),
    blind: custom.blind !== false,
    cut: custom.cut === true,
    pastNotKnown: text(custom.pastNotKnown),
    episodes: rowsOf(episodes).flatMap(readEpisode),
    nodes: rowsOf(named('nodes')).map(readNode),
    nodesNotKnown: text(custom.nodesNotKnown),
    relatives: rowsOf(named('relatives')).map(readRelative),
    moreEnded: number(custom.moreEnded, 0),
    link: webAddress(text(custom.link)),
  };
}

function readEpisode(cell: Cell): Episode[] {
  const since = time(cell('since'));
  if (since === undefined) {
    return [];
  }
  return [
    {
      name: text(cell('job_name')),
      createTime: time(cell('create_time')),
      state: toState(text(cell('state'))),
      word: text(cell('word')),
      since,
      quality: quality(cell('quality')),
      until: time(cell('until')),
      lastSeen: time(cell('last_seen')),
      missingSince: time(cell('missing_since')),
      master: text(cell('master')),
    },
  ];
}

function readNode(cell: Cell): JobNode {
  const present = cell('present');
  return {
    node: text(cell('node')),
    present: typeof present === 'boolean' ? present : undefined,
    master: cell('master') === true,
    word: text(cell('word')),
    lastSeen: time(cell('last_seen')),
  };
}

function readRelative(cell: Cell): Relative {
  const ended = cell('ended');
  return {
    role: cell('role') === 'parent' ? 'parent' : 'child',
    id: text(cell('job_id')),
    name: text(cell('job_name')),
    createTime: time(cell('create_time')),
    node: text(cell('node')),
    state: toState(text(cell('state'))),
    ended: ended === 'ended' || ended === 'gone' ? ended : '',
    endedAt: time(cell('ended_at')),
  };
}

/** The server has checked it; what would be no web page is no link here either. */
function webAddress(link: string): string {
  return /^https?:\/\//i.test(link) ? link : '';
}
