import { FieldSet } from '@grafana/ui';
import React from 'react';

import { kindOf, type CoordinatorKind } from '../settings';
import { type Changes, type EditorProps } from './change';
import { ChoiceField } from './fields';

const KINDS: Array<{ label: string; value: CoordinatorKind; description: string }> = [
  { label: 'SeaTunnel Zeta', value: 'seatunnel', description: "A SeaTunnel cluster with Zeta's REST API" },
  { label: 'CloverDX', value: 'cloverdx', description: 'A CloverDX Server cluster' },
  { label: 'Own coordinator', value: 'generic', description: 'A coordinator that offers contract/coordinator.yaml' },
];

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** Which kind of coordinator it is: everything below depends on it. */
export function KindSection({ options: { jsonData, readOnly = false }, change }: Props) {
  const kind = kindOf(jsonData);
  return (
    <FieldSet label="Kind">
      <ChoiceField
        label="Kind of coordinator"
        description="Another kind takes away the settings that only the present one has; addresses, user name and actions stay."
        readOnly={readOnly}
        value={kind}
        choices={KINDS}
        problem={
          KINDS.some(({ value }) => value === kind)
            ? ''
            : `This Unjam knows no kind "${kind}". Choose one, or update the Unjam app.`
        }
        onChange={change.kind}
      />
    </FieldSet>
  );
}
