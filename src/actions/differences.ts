import { type Approval, type Plan, type Verdict } from '../api/types';
import { t } from '../i18n/text';

/** One thing that is not as it was in the plan before. */
export interface Difference {
  what: string;
  before: string;
  after: string;
}

/** What stands in the place of what is not there. */
function nothing(): string {
  return t('actions.differences.none', 'none');
}

/** What a new plan shows differently from the one that it replaces, in the order of weight. */
export function differences(before: Plan, after: Plan): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, was: string, is: string) => {
    if (was !== is) {
      found.push({ what, before: was || nothing(), after: is || nothing() });
    }
  };
  compare(t('actions.differences.coordinator', 'Coordinator'), before.identity.cluster, after.identity.cluster);
  compare(
    t('actions.differences.created', 'Job created at'),
    before.identity.createTime ?? '',
    after.identity.createTime ?? ''
  );
  compare(t('actions.differences.state', 'State'), stateOf(before), stateOf(after));
  if (before.identity.episode !== after.identity.episode && stateOf(before) === stateOf(after)) {
    found.push({
      what: t('actions.differences.since', 'In this state since'),
      before: before.job.since ?? t('actions.differences.unknown', 'unknown'),
      after: after.job.since ?? t('actions.differences.unknown', 'unknown'),
    });
  }
  compare(t('actions.differences.master', 'Active master'), before.identity.master, after.identity.master);
  compare(t('actions.differences.workers', 'Workers'), String(before.context.workers), String(after.context.workers));
  compare(t('actions.differences.nodes', 'Runs on'), before.context.nodes.join(', '), after.context.nodes.join(', '));
  compare(t('actions.differences.phrase', 'Phrase to type'), before.phrase, after.phrase);
  found.push(...verdictDifferences(before.verdicts, after.verdicts));
  for (const consequence of after.consequences.filter((one) => !before.consequences.includes(one))) {
    found.push({ what: t('actions.differences.consequence', 'Consequence'), before: nothing(), after: consequence });
  }
  return found;
}

function stateOf({ job }: Plan): string {
  return job.word || job.state;
}

/** What guards say differently from before. */
export function verdictDifferences(before: readonly Verdict[], after: readonly Verdict[]): Difference[] {
  return after.flatMap(({ guard, result }): Difference[] => {
    const what = t('actions.differences.guard', 'Guard {{guard}}', { guard });
    const earlier = before.find((verdict) => verdict.guard === guard);
    if (earlier) {
      return earlier.result === result ? [] : [{ what, before: earlier.result, after: result }];
    }
    return result === 'pass' ? [] : [{ what, before: nothing(), after: result }];
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
    [t('actions.differences.state', 'State'), job.state.toUpperCase(), present.state?.toUpperCase()],
    [t('actions.differences.master', 'Active master'), identity.master, present.master],
    [t('actions.differences.nodes', 'Runs on'), context.nodes.join(', '), present.nodes],
  ];
  return pairs.flatMap(([what, before, after]) =>
    after === undefined || after === '' || before === after ? [] : [{ what, before: before || nothing(), after }]
  );
}
