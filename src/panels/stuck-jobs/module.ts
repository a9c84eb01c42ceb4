import { PanelPlugin } from '@grafana/data';

import { startTranslations } from '../../i18n/start';
import { t } from '../../i18n/text';
import { DEFAULT_OPTIONS, migrateOptions, type StuckJobsOptions } from './options';
import { StuckJobsPanel } from './StuckJobsPanel';
import { suggest } from './suggestions';

startTranslations('unjam-stuckjobs-panel');

export const plugin = new PanelPlugin<StuckJobsOptions>(StuckJobsPanel)
  .setPanelOptions((builder) =>
    builder
      .addBooleanSwitch({
        path: 'showActions',
        name: t('panels.stuck-jobs.option-actions', 'Buttons'),
        description: t(
          'panels.stuck-jobs.option-actions-help',
          'Show "Cancel job…" and "Force stop job…", or "Abort job…" where that is the only stop. Nobody may do more with them than the server allows; public dashboards never have them.'
        ),
        defaultValue: DEFAULT_OPTIONS.showActions,
      })
      .addBooleanSwitch({
        path: 'showFinding',
        name: t('panels.stuck-jobs.option-finding', 'Cause and outlook'),
        description: t(
          'panels.stuck-jobs.option-finding-help',
          "Show why a job hangs, whether waiting still helps and until when, and what to do, where that is known. The job's page has it in any case."
        ),
        defaultValue: DEFAULT_OPTIONS.showFinding,
      })
      .addBooleanSwitch({
        path: 'showNodes',
        name: t('panels.stuck-jobs.option-nodes', 'Runs on'),
        description: t(
          'panels.stuck-jobs.option-nodes-help',
          'Show the members that run the job, as the coordinator believes.'
        ),
        defaultValue: DEFAULT_OPTIONS.showNodes,
      })
  )
  .setMigrationHandler(({ options }) => migrateOptions(options))
  .setSuggestionsSupplier(suggest)
  .setNoPadding();
