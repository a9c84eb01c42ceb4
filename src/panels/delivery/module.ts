import { PanelPlugin, type SelectableValue } from '@grafana/data';

import { startTranslations } from '../../i18n/start';
import { t } from '../../i18n/text';
import { DeliveryPanel } from './DeliveryPanel';
import { DEFAULT_OPTIONS, migrateOptions, type DeliveryOptions, type Figure } from './options';
import { suggest } from './suggestions';

startTranslations('unjam-delivery-panel');

export const plugin = new PanelPlugin<DeliveryOptions>(DeliveryPanel)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'figure',
        name: t('panels.delivery.option-figure', 'Cells show'),
        description: t(
          'panels.delivery.option-figure-help',
          'The figure in each cell; all of them stand in the detail of a pair.'
        ),
        settings: { options: figures() },
        defaultValue: DEFAULT_OPTIONS.figure,
      })
      .addNumberInput({
        path: 'soonPercent',
        name: t('panels.delivery.option-soon', 'Act soon from (%)'),
        description: t('panels.delivery.option-soon-help', 'Fill of the buffer from which a lost pair is marked.'),
        settings: { min: 1, max: 100, integer: true },
        defaultValue: DEFAULT_OPTIONS.soonPercent,
      })
      .addNumberInput({
        path: 'nowPercent',
        name: t('panels.delivery.option-now', 'Act now from (%)'),
        description: t(
          'panels.delivery.option-now-help',
          'Fill of the buffer from which a lost pair is marked as urgent.'
        ),
        settings: { min: 1, max: 100, integer: true },
        defaultValue: DEFAULT_OPTIONS.nowPercent,
      })
  )
  .setMigrationHandler(({ options }) => migrateOptions(options))
  .setSuggestionsSupplier(suggest)
  .setNoPadding();

function figures(): Array<SelectableValue<Figure> & { value: Figure; label: string }> {
  return [
    {
      label: t('panels.delivery.figure-fill', 'Fill'),
      value: 'fill',
      description: t('panels.delivery.figure-fill-help', 'How full the sent events buffer is'),
    },
    {
      label: t('panels.delivery.figure-undelivered', 'Undelivered'),
      value: 'undelivered',
      description: t('panels.delivery.figure-undelivered-help', 'Events that the peer has not got'),
    },
    {
      label: t('panels.delivery.figure-deadline', 'Deadline'),
      value: 'deadline',
      description: t('panels.delivery.figure-deadline-help', 'When events are lost for good'),
    },
  ];
}
