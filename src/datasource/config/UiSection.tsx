import { FieldSet } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { checkUiUrl, UI_JOB_ID } from '../uiUrl';
import { type Changes, type EditorProps } from './change';
import { TextField } from './fields';

/** What a value looks like. */
const EXAMPLE = 'https://coordinator.example/#/jobs/{jobId}';

interface Props {
  options: EditorProps['options'];
  change: Changes;
}

/** Where people look at the coordinator itself; Unjam never contacts it. */
export function UiSection({ options: { jsonData, readOnly = false }, change }: Props) {
  return (
    <FieldSet label={t('datasource.ui.title', "The coordinator's own pages")}>
      <TextField
        label={t('datasource.ui.address', 'Address of a job')}
        description={t(
          'datasource.ui.address-why',
          "A link on Unjam's Job page, for people's browsers: Unjam itself never contacts it. {{mark}} stands for the job's id.",
          { mark: UI_JOB_ID }
        )}
        placeholder={EXAMPLE}
        readOnly={readOnly}
        value={jsonData.uiUrl}
        problem={checkUiUrl(jsonData.uiUrl)}
        onChange={(uiUrl) => change.setting({ uiUrl })}
      />
    </FieldSet>
  );
}
