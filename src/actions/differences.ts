import { type Approval, type Plan, type Verdict } from '../api/types';

/** One thing that is not as it was in the plan before. */
export interface Difference {
  what: string;
  before: string;
  after: string;
}

const NOTHING = 'none';

/** What a new plan shows differently from the one that it replaces, in the order of weight. */
export function differences(before: Plan, after: Plan): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, was: string, is: string) => {
    if (was !== is) {
      found.push({ what, before: was || NOTHING, after: is || NOTHING });
    }
  };
  compare('Coordinator', before.identity.cluster, after.identity.cluster);
  compare('Job created at', before.identity.createTime ?? '', after.identity.createTime ?? '');
  compare('State', stateOf(before), stateOf(after));
  if (before.identity.episode !== after.identity.episode && stateOf(before) === stateOf(after)) {
    found.push({
      what: 'In this state since',
      before: before.job.since ?? 'unknown',
      after: after.job.since ?? 'unknown',
    });
  }
  compare('Active master', before.identity.master, after.identity.master);
  compare('Workers', String(before.context.workers), String(after.context.workers));
  compare('Runs on', before.context.nodes.join(', '), after.context.nodes.join(', '));
  compare('Phrase to type', before.phrase, after.phrase);
  found.push(...verdictDifferences(before.verdicts, after.verdicts));
  for (const consequence of after.consequences.filter((one) => !before.consequences.includes(one))) {
    found.push({ what: 'Consequence', before: NOTHING, after: consequence });
  }
  return found;
}

function stateOf({ job }: Plan): string {
  return job.word || job.state;
}

/** What guards say differently from before. */
export function verdictDifferences(before: readonly Verdict[], after: readonly Verdict[]): Difference[] {
  return after.flatMap(({ guard, result }): Difference[] => {
    const earlier = before.find((verdict) => verdict.guard === guard);
    if (earlier) {
      return earlier.result === result ? [] : [{ what: `Guard ${guard}`, before: earlier.result, after: result }];
    }
    return result === 'pass' ? [] : [{ what: `Guard ${guard}`, before: NOTHING, after: result }];
  });
}

/** What a page itself knows of a job at present; undefined where it does not. */
export interface Present {
  state?: string;
  nodes?: string;
  master?: string;
}

/** What is known to be different from when a second person was asked for. The server looks again before any act. */
export function changesSince({ job, identity, context }: Approval, present: Present): Difference[] {
  if (!job) {
    return [];
  }
  const pairs: Array<[what: string, before: string, after: string | undefined]> = [
    ['State', job.state.toUpperCase(), present.state?.toUpperCase()],
    ['Active master', identity.master, present.master],
    ['Runs on', context.nodes.join(', '), present.nodes],
  ];
  return pairs.flatMap(([what, before, after]) =>
    after === undefined || after === '' || before === after ? [] : [{ what, before: before || NOTHING, after }]
  );
}
