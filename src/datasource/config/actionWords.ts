import { LIMITS, SECOND_PERSON, type Limit, type SecondPerson } from '../../model/policy';
import { type CoordinatorKind } from '../settings';

/** How the section of acts speaks of one kind of coordinator. */
interface ActionWords {
  title: string;
  /** What those who are allowed may do with jobs. */
  acts: string;
  secondPerson: Array<{ label: string; value: SecondPerson; description: string }>;
  limits: ReadonlyArray<{ name: Limit; label: string; description: string; unit?: string }>;
}

const CANCEL_AND_FORCE_STOP: ActionWords = {
  title: 'Cancel and force stop',
  acts: 'cancel and force-stop',
  secondPerson: [
    { label: 'Off', value: 'off', description: SECOND_PERSON.off },
    { label: 'Force stops', value: 'force-stop', description: SECOND_PERSON['force-stop'] },
    { label: 'All', value: 'all', description: SECOND_PERSON.all },
  ],
  limits: LIMITS,
};

/** CloverDX has one stop, no master and no savepoints: what stands for those is left out. */
const ABORT_LIMITS: Partial<Record<Limit, { label?: string; description: string }>> = {
  minCancelingAgeSeconds: {
    label: 'Abort again after',
    description: 'How long a job must have run on after an abort before it can be aborted once more.',
  },
  maxForceStops: { label: 'Aborts in a window', description: 'At most this many per coordinator, over all users.' },
  budgetWindowSeconds: { description: 'The time over which they are counted.' },
  incidentBudget: {
    description:
      'How many aborts within an hour a second person can unlock when many jobs hang at once. 0: it cannot be unlocked.',
  },
};

const ABORT: ActionWords = {
  title: 'Abort',
  acts: 'abort',
  secondPerson: [
    { label: 'Off', value: 'off', description: SECOND_PERSON.off },
    { label: 'Aborts', value: 'force-stop', description: 'For every abort' },
  ],
  limits: LIMITS.flatMap((limit) => {
    const words = ABORT_LIMITS[limit.name];
    return words ? [{ ...limit, ...words }] : [];
  }),
};

/** The words for a kind: "abort" where that is the only stop. */
export function actionWords(kind: CoordinatorKind): ActionWords {
  return kind === 'cloverdx' ? ABORT : CANCEL_AND_FORCE_STOP;
}
