import { VisualizationSuggestionScore, type PanelDataSummary, type VisualizationSuggestion } from '@grafana/data';

import { t } from '../../i18n/text';
import { type StuckJobsOptions } from './options';

/** Suggests the panel where an answer is a list of jobs of ours: other tables hold no such columns together. */
export function suggest({ rawFrames = [] }: PanelDataSummary): Array<VisualizationSuggestion<StuckJobsOptions>> | void {
  const isJobs = rawFrames.some(({ fields }) =>
    ['job_id', 'state', 'age_seconds', 'force_stop_block'].every((name) => fields.some((field) => field.name === name))
  );
  return isJobs
    ? [
        {
          name: t('panels.stuck-jobs.suggestion', 'Stuck jobs'),
          score: VisualizationSuggestionScore.Best,
          // A preview is to be looked at.
          cardOptions: { previewModifier: (suggestion) => (suggestion.options = { showActions: false }) },
        },
      ]
    : undefined;
}
