import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { kindOf, type CoordinatorKind } from '../settings';
import { type Changes, type EditorProps } from './change';
import { ChoiceField } from './fields';

function kinds(): Array<{ label: string; value: CoordinatorKind; description: string }> {
  return [
    {
      label: t('datasource.kind.seatunnel', 'SeaTunnel Zeta'),
      value: 'seatunnel',
      description: t('datasource.kind.seatunnel-why', "A SeaTunnel cluster with Zeta's REST API"),
    },
    {
      label: t('datasource.kind.cloverdx', 'CloverDX'),
      value: 'cloverdx',
      description: t('datasource.kind.cloverdx-why', 'A CloverDX Server cluster'),
    },
    {
      label: t('datasource.kind.generic', 'Own coordinator'),
      value: 'generic',
      description: t('datasource.kind.generic-why', 'A coordinator that offers contract/coordinator.yaml'),
    },
  ];
}

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** Which kind of coordinator it is: everything below depends on it. */
export function KindSection({ options: { jsonData, readOnly = false }, change }: Props) {
  const kind = kindOf(jsonData);
  const choices = kinds();
  return (
    <FieldSet label={t('datasource.kind.title', 'Kind')}>
      <ChoiceField
        label={t('datasource.kind.kind', 'Kind of coordinator')}
        description={t(
          'datasource.kind.kind-why',
          'Another kind takes away the settings that only the present one has; addresses, user name and actions stay.'
        )}
        readOnly={readOnly}
        value={kind}
        choices={choices}
        problem={
          choices.some(({ value }) => value === kind)
            ? ''
            : t(
                'datasource.kind.unknown',
                'This Unjam knows no kind "{{kind}}". Choose one, or update the Unjam app.',
                {
                  kind,
                }
              )
        }
        onChange={change.kind}
      />
    </FieldSet>
  );
}
