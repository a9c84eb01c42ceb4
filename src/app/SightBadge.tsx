import { Badge, type BadgeColor, type IconName } from '@grafana/ui';
import React from 'react';

import { type Sight } from './sight';

/** Each sight in a word and a sign, so that nobody needs the colour. Only one is green. */
const SIGNS: Record<Sight, { color: BadgeColor; icon: IconName; text: string }> = {
  asking: { color: 'darkgrey', icon: 'hourglass', text: 'Asking…' },
  seen: { color: 'green', icon: 'check', text: 'Reachable' },
  'in part': { color: 'orange', icon: 'exclamation-triangle', text: 'Seen in part' },
  stale: { color: 'orange', icon: 'history', text: 'Stale' },
  'not seen': { color: 'red', icon: 'eye-slash', text: 'Not reachable' },
  'not known': { color: 'orange', icon: 'question-circle', text: 'Not known' },
};

/** How a coordinator is seen. */
export function SightBadge({ sight }: { sight: Sight }) {
  const { color, icon, text } = SIGNS[sight];
  // A new badge for each sight: Grafana's icon may keep the sign before when its file comes late.
  return <Badge key={sight} color={color} icon={icon} text={text} />;
}
