import { PanelPlugin } from '@grafana/data';

import { DEFAULT_OPTIONS, type StuckJobsOptions } from './options';
import { StuckJobsPanel } from './StuckJobsPanel';

export const plugin = new PanelPlugin<StuckJobsOptions>(StuckJobsPanel)
  .setPanelOptions((builder) =>
    builder
      .addBooleanSwitch({
        path: 'showActions',
        name: 'Buttons',
        description:
          'Show "Cancel job…" and "Force stop job…", or "Abort job…" where that is the only stop. Nobody may do more with them than the server allows; public dashboards never have them.',
        defaultValue: DEFAULT_OPTIONS.showActions,
      })
      .addBooleanSwitch({
        path: 'showNodes',
        name: 'Runs on',
        description: 'Show the members that run the job, as the coordinator believes.',
        defaultValue: DEFAULT_OPTIONS.showNodes,
      })
  )
  .setNoPadding();
