import { type JobEvent, type Severity } from '../../../model/events';
import { type Span } from '../address';

/** Where a mark stands: what happened to the job and was done about it, or what happened to its cluster. */
export type Lane = 'job' | 'cluster';

/** What happened at one place of the timeline: events that would cover each other are one mark. */
export interface Mark {
  lane: Lane;
  /** The oldest first. */
  events: JobEvent[];
  /** The middle of them. */
  at: number;
  /** The gravest of them. */
  severity: Severity;
}

/** Marks that are nearer than this part of the range would cover each other on a narrow screen. */
const NEAREST = 0.02;

const GRAVITY: Record<Severity, number> = { info: 0, warning: 1, error: 2 };

/** The marks of one lane, the oldest first. */
export function marksOf(lane: Lane, events: JobEvent[], { from, to }: Span): Mark[] {
  const shown = events.filter(({ at }) => at >= from && at <= to).sort((a, b) => a.at - b.at);
  const groups: JobEvent[][] = [];
  for (const event of shown) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group && first && event.at - first.at <= NEAREST * (to - from)) {
      group.push(event);
    } else {
      groups.push([event]);
    }
  }
  return groups.map((group) => ({
    lane,
    events: group,
    at: ((group[0]?.at ?? from) + (group.at(-1)?.at ?? from)) / 2,
    severity: gravest(group),
  }));
}

function gravest(events: JobEvent[]): Severity {
  return events.reduce<Severity>(
    (worst, { severity }) => (GRAVITY[severity] > GRAVITY[worst] ? severity : worst),
    'info'
  );
}
