import { PanelPlugin } from '@grafana/data';

import { DeliveryPanel } from './DeliveryPanel';
import { DEFAULT_OPTIONS, type DeliveryOptions, type Figure } from './options';

const FIGURES: Array<{ label: string; value: Figure; description: string }> = [
  { label: 'Fill', value: 'fill', description: 'How full the sent events buffer is' },
  { label: 'Undelivered', value: 'undelivered', description: 'Events that the peer has not got' },
  { label: 'Deadline', value: 'deadline', description: 'When events are lost for good' },
];

export const plugin = new PanelPlugin<DeliveryOptions>(DeliveryPanel)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'figure',
        name: 'Cells show',
        description: 'The figure in each cell; all of them stand in the detail of a pair.',
        settings: { options: FIGURES },
        defaultValue: DEFAULT_OPTIONS.figure,
      })
      .addNumberInput({
        path: 'soonPercent',
        name: 'Act soon from (%)',
        description: 'Fill of the buffer from which a lost pair is marked.',
        settings: { min: 1, max: 100, integer: true },
        defaultValue: DEFAULT_OPTIONS.soonPercent,
      })
      .addNumberInput({
        path: 'nowPercent',
        name: 'Act now from (%)',
        description: 'Fill of the buffer from which a lost pair is marked as urgent.',
        settings: { min: 1, max: 100, integer: true },
        defaultValue: DEFAULT_OPTIONS.nowPercent,
      })
  )
  .setNoPadding();
