import { VisualizationSuggestionScore, type PanelDataSummary, type VisualizationSuggestion } from '@grafana/data';

import { t } from '../../i18n/text';
import { type DeliveryOptions } from './options';

/** Suggests the panel where an answer is a list of pairs of nodes of ours. */
export function suggest({ rawFrames = [] }: PanelDataSummary): Array<VisualizationSuggestion<DeliveryOptions>> | void {
  const isDelivery = rawFrames.some(({ fields }) =>
    ['node', 'peer', 'reach', 'fill_ratio'].every((name) => fields.some((field) => field.name === name))
  );
  return isDelivery
    ? [{ name: t('panels.delivery.suggestion', 'Event delivery'), score: VisualizationSuggestionScore.Best }]
    : undefined;
}
