import { type Plan } from '../api/types';

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
  for (const verdict of after.verdicts) {
    const earlier = before.verdicts.find(({ guard }) => guard === verdict.guard);
    if (earlier && earlier.result !== verdict.result) {
      found.push({ what: `Guard ${verdict.guard}`, before: earlier.result, after: verdict.result });
    } else if (!earlier && verdict.result !== 'pass') {
      found.push({ what: `Guard ${verdict.guard}`, before: NOTHING, after: verdict.result });
    }
  }
  for (const consequence of after.consequences.filter((one) => !before.consequences.includes(one))) {
    found.push({ what: 'Consequence', before: NOTHING, after: consequence });
  }
  return found;
}

function stateOf({ job }: Plan): string {
  return job.word || job.state;
}
