import { LoadingState, type PanelData } from '@grafana/data';
import { Alert } from '@grafana/ui';
import React, { useState } from 'react';

import { t } from '../i18n/text';
import { ForeignText } from '../model/ForeignText';
import { SENTENCE } from '../model/text';

/**
 * When the answer on the screen came, in milliseconds since 1970 by the browser's clock. The series change when an answer
 * comes; the request already changes when the next one is asked for.
 */
export function useReceivedAt(data: PanelData): number {
  const [received, setReceived] = useState(() => ({ series: data.series, at: receptionTime(data) }));
  if (received.series === data.series) {
    return received.at;
  }
  const at = receptionTime(data);
  setReceived({ series: data.series, at });
  return at;
}

function receptionTime({ request }: PanelData): number {
  return request?.endTime ?? Date.now();
}

interface Props {
  data: PanelData;
  /** What could not be done, as a title. */
  title: string;
}

/** Errors of a panel's query: what is on the screen below them is older. */
export function QueryErrors({ data, title }: Props) {
  const errors = data.errors ?? [];
  if (data.state !== LoadingState.Error && errors.length === 0) {
    return null;
  }
  const sentences = errors
    .map(({ message, data: body }) => message ?? body?.message ?? body?.error ?? '')
    .filter(Boolean);
  return (
    <Alert severity="error" title={title}>
      {sentences.length > 0
        ? sentences.map((sentence) => (
            <p key={sentence}>
              <ForeignText text={sentence} characters={SENTENCE} expandable />
            </p>
          ))
        : t('jobs.panel.no-reason', 'The data source gave no reason. Look at its health in its settings.')}
    </Alert>
  );
}
