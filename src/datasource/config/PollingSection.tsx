import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { checkNumber, describeRange } from '../checks';
import { checkRequestTimeout, DEFAULTS, RANGES } from '../settings';
import { type Changes, type EditorProps } from './change';
import { NumberField } from './fields';

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** How often and how patiently the coordinator is read. */
export function PollingSection({ options: { jsonData, readOnly = false }, change }: Props) {
  return (
    <FieldSet label={t('datasource.polling.title', 'Polling')}>
      <NumberField
        label={t('datasource.polling.interval', 'Poll interval')}
        description={t('datasource.polling.interval-why', '{{range}} s. One poll serves all panels, rules and users.', {
          range: describeRange(RANGES.pollIntervalSeconds),
        })}
        unit="s"
        readOnly={readOnly}
        value={jsonData.pollIntervalSeconds}
        placeholder={DEFAULTS.pollIntervalSeconds}
        problem={checkNumber(jsonData.pollIntervalSeconds, RANGES.pollIntervalSeconds)}
        onChange={(pollIntervalSeconds) => change.setting({ pollIntervalSeconds })}
      />
      <NumberField
        label={t('datasource.polling.timeout', 'Request timeout')}
        description={t(
          'datasource.polling.timeout-why',
          'How long one request may take; not longer than the whole poll.'
        )}
        unit="s"
        readOnly={readOnly}
        value={jsonData.requestTimeoutSeconds}
        placeholder={DEFAULTS.requestTimeoutSeconds}
        problem={checkRequestTimeout(jsonData)}
        onChange={(requestTimeoutSeconds) => change.setting({ requestTimeoutSeconds })}
      />
      <NumberField
        label={t('datasource.polling.deadline', 'Poll deadline')}
        description={t(
          'datasource.polling.deadline-why',
          'How long a whole poll may take. What has not answered by then is missing from the snapshot, which says so.'
        )}
        unit="s"
        readOnly={readOnly}
        value={jsonData.pollDeadlineSeconds}
        placeholder={DEFAULTS.pollDeadlineSeconds}
        problem={checkNumber(jsonData.pollDeadlineSeconds, RANGES.pollDeadlineSeconds)}
        onChange={(pollDeadlineSeconds) => change.setting({ pollDeadlineSeconds })}
      />
    </FieldSet>
  );
}
