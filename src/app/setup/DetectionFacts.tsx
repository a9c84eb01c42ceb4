import { TextLink } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { formatAge } from '../../model/age';
import { ForeignText } from '../../model/ForeignText';
import { docsLink } from '../links';
import { Table } from '../Table';
import { readDetection, type ThresholdName, type ThresholdSource } from './detection';

/** The detection policy of a data source: from when on a job counts as stuck in each state, and when none does. */
export function DetectionFacts({ settings, name }: { settings: object; name: string }) {
  const { thresholds, windows } = readDetection(settings);
  return (
    <>
      <Table
        caption={t('setup.detection.caption', 'Detection policy of {{name}}', { name })}
        headers={[
          t('setup.detection.what', 'A job counts as stuck when'),
          t('setup.detection.after', 'for longer than'),
          t('setup.detection.setting', 'Setting'),
        ]}
      >
        {thresholds.map(({ name: threshold, seconds, from }) => (
          <tr key={threshold}>
            <td>{thresholdWords(threshold)}</td>
            <td>{seconds === 0 ? t('setup.detection.never', 'never') : formatAge(seconds)}</td>
            <td>{settingWords(threshold, from)}</td>
          </tr>
        ))}
      </Table>
      {windows.length > 0 && (
        <>
          {t('setup.detection.windows-title', 'Maintenance windows, in which no job becomes stuck:')}
          <ul>
            {windows.map(({ when, reason }) => (
              <li key={`${when} ${reason}`}>
                <ForeignText text={when} />: <ForeignText text={reason} />
              </li>
            ))}
          </ul>
        </>
      )}
      <TextLink href={docsLink('detection.md')} external inline>
        {t('setup.detection.docs', 'What puts it off, and what each value means')}
      </TextLink>
    </>
  );
}

function settingWords(name: ThresholdName, from: ThresholdSource): string {
  switch (from) {
    case 'own':
      return `detection.${name}`;
    case 'stuckAfterSeconds':
      return 'stuckAfterSeconds';
    case 'default':
      return t('setup.detection.as-default', 'detection.{{name}}, as by default', { name });
  }
}

function thresholdWords(name: ThresholdName): string {
  switch (name) {
    case 'cancelingSeconds':
      return t('setup.detection.canceling', 'it is CANCELING');
    case 'failingSeconds':
      return t('setup.detection.failing', 'it is FAILING');
    case 'savepointingSeconds':
      return t('setup.detection.savepointing', 'it makes a savepoint');
    case 'pendingSeconds':
      return t('setup.detection.pending', 'it waits for resources');
    case 'parentWaitingSeconds':
      return t('setup.detection.parent', 'its last child has ended, and it goes on waiting');
  }
}
