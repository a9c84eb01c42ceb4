import { Badge, type BadgeColor, type IconName } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { type Sight } from './sight';

/** How a coordinator is seen. */
export function SightBadge({ sight }: { sight: Sight }) {
  const { color, icon, text } = signOf(sight);
  // A new badge for each sight: Grafana's icon may keep the sign before when its file comes late.
  return <Badge key={sight} color={color} icon={icon} text={text} />;
}

/** Each sight in a word and a sign, so that nobody needs the colour. Only one is green. */
function signOf(sight: Sight): { color: BadgeColor; icon: IconName; text: string } {
  switch (sight) {
    case 'asking':
      return { color: 'darkgrey', icon: 'hourglass', text: t('app.sight.asking', 'Asking…') };
    case 'seen':
      return { color: 'green', icon: 'check', text: t('app.sight.seen', 'Reachable') };
    case 'in part':
      return { color: 'orange', icon: 'exclamation-triangle', text: t('app.sight.in-part', 'Seen in part') };
    case 'stale':
      return { color: 'orange', icon: 'history', text: t('app.sight.stale', 'Stale') };
    case 'not seen':
      return { color: 'red', icon: 'eye-slash', text: t('app.sight.not-seen', 'Not reachable') };
    case 'not known':
      return { color: 'orange', icon: 'question-circle', text: t('app.sight.not-known', 'Not known') };
  }
}
