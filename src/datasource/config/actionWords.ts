import { t } from '../../i18n/text';
import { limits, secondPersonText, type Limit, type LimitText, type SecondPerson } from '../../model/policy';
import { type CoordinatorKind } from '../settings';

/** How the section of acts speaks of one kind of coordinator. */
interface ActionWords {
  title: string;
  /** What is allowed by the first switch. */
  allow: string;
  secondPerson: Array<{ label: string; value: SecondPerson; description: string }>;
  limits: readonly LimitText[];
}

function cancelAndForceStop(): ActionWords {
  return {
    title: t('datasource.actions.title', 'Cancel and force stop'),
    allow: t(
      'datasource.actions.allow-why',
      'Off, this data source only watches. On, those named below may cancel and force-stop jobs, each with a plan, a reason and a record.'
    ),
    secondPerson: [
      off(),
      {
        label: t('datasource.actions.force-stops', 'Force stops'),
        value: 'force-stop',
        description: secondPersonText('force-stop'),
      },
      { label: t('datasource.actions.all', 'All'), value: 'all', description: secondPersonText('all') },
    ],
    limits: limits(),
  };
}

function off() {
  return {
    label: t('datasource.actions.off', 'Off'),
    value: 'off',
    description: secondPersonText('off'),
  } as const;
}

/** CloverDX has one stop, no master and no savepoints: what stands for those is left out. */
function abortLimits(): Partial<Record<Limit, { label?: string; description: string }>> {
  return {
    minCancelingAgeSeconds: {
      label: t('datasource.abort.again', 'Abort again after'),
      description: t(
        'datasource.abort.again-why',
        'How long a job must have run on after an abort before it can be aborted once more.'
      ),
    },
    maxForceStops: {
      label: t('datasource.abort.most', 'Aborts in a window'),
      description: t('datasource.abort.most-why', 'At most this many per coordinator, over all users.'),
    },
    budgetWindowSeconds: { description: t('datasource.abort.window-why', 'The time over which they are counted.') },
    incidentBudget: {
      description: t(
        'datasource.abort.budget-why',
        'How many aborts within an hour a second person can unlock when many jobs hang at once. 0: it cannot be unlocked.'
      ),
    },
  };
}

function abort(): ActionWords {
  const words = abortLimits();
  return {
    title: t('datasource.abort.title', 'Abort'),
    allow: t(
      'datasource.abort.allow-why',
      'Off, this data source only watches. On, those named below may abort jobs, each with a plan, a reason and a record.'
    ),
    secondPerson: [
      off(),
      {
        label: t('datasource.abort.aborts', 'Aborts'),
        value: 'force-stop',
        description: t('datasource.abort.every', 'For every abort'),
      },
    ],
    limits: limits().flatMap((limit) => {
      const own = words[limit.name];
      return own ? [{ ...limit, ...own }] : [];
    }),
  };
}

/** The words for a kind: "abort" where that is the only stop. */
export function actionWords(kind: CoordinatorKind): ActionWords {
  return kind === 'cloverdx' ? abort() : cancelAndForceStop();
}
