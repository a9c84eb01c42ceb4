import { Icon, LoadingPlaceholder } from '@grafana/ui';
import React from 'react';

import { findingOf, leftoverSentences } from '../../actions/leftovers';
import { describeOutcome, verb } from '../../actions/texts';
import { t } from '../../i18n/text';
import { type Source } from '../../api/sources';
import { type Action } from '../../api/types';
import { ForeignText } from '../../model/ForeignText';
import { formatMoment, parseTime } from '../../model/time';
import { JobName } from '../JobName';
import { type CoordinatorState } from '../coordinatorState';
import { Table } from '../Table';
import { NotRead } from './NotRead';

interface Entry {
  source: Source;
  /** The coordinator's own word for its only way to stop a job, where it has one. */
  onlyStop?: string;
  action: Action;
  sentences: string[];
}

/** What is still open after acts: ends that are not proven, and tasks that run on at workers. */
export function AfterForceStops({ states }: { states: CoordinatorState[] }) {
  const seen = states.filter(({ support }) => support.value?.audit.allowed);
  const entries = seen.flatMap(openEntries);
  const clean = seen.flatMap(({ aftermath }) => (aftermath.value?.watched ?? []).filter(isClean)).length;
  const isAsking = seen.some(({ aftermath }) => !aftermath.value && !aftermath.failure);
  const isRead = seen.some(({ aftermath }) => aftermath.value);
  return (
    <>
      {entries.length > 0 && (
        <Table
          caption={t(
            'overview.after.caption',
            'Actions without a proven end, and force-stopped jobs with tasks that may run on'
          )}
          headers={[
            t('overview.columns.what', 'What'),
            t('overview.columns.job', 'Job'),
            t('overview.columns.coordinator', 'Coordinator'),
            t('overview.after.open', 'What is open'),
            t('overview.columns.by', 'By'),
          ]}
        >
          {entries.map(({ source, onlyStop, action, sentences }) => (
            <tr key={`${source.uid} ${action.id}`}>
              <td>{verb(action.kind, onlyStop)}</td>
              <td>
                <JobName
                  name={action.job.name}
                  id={action.job.id}
                  page={{ uid: source.uid, createTime: parseTime(action.job.createTime) }}
                />
              </td>
              <td>
                <ForeignText text={source.name} />
              </td>
              <td>
                {sentences.map((sentence, index) => (
                  <div key={sentence}>
                    {index === 0 && <Icon name="exclamation-triangle" aria-hidden="true" />} {sentence}
                  </div>
                ))}
              </td>
              <td>
                <ForeignText text={action.by} otherwise={t('overview.not-recorded', '(not recorded)')} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {entries.length === 0 && isRead && !isAsking && (
        <p>{t('overview.after.none', 'Nothing is open after the acts of the last hours.')}</p>
      )}
      {clean > 0 && (
        <p>
          {t('overview.after.clean', '{{count}} force stops are watched; no task of their jobs was found running.', {
            count: clean,
            defaultValue_one: '{{count}} force stop is watched; no task of its job was found running.',
            defaultValue_other: '{{count}} force stops are watched; no task of their jobs was found running.',
          })}
        </p>
      )}
      {isAsking && <LoadingPlaceholder text={t('overview.after.asking', 'Reading what is open…')} />}
      <NotRead
        asked={seen.map(({ source, aftermath: { failure } }) => ({ source, failure }))}
        notKnown={(name) => t('overview.after.not-known', 'It is not known what is open at {{name}}.', { name })}
      />
    </>
  );
}

function openEntries({ source, support, aftermath: { value } }: CoordinatorState): Entry[] {
  if (!value) {
    return [];
  }
  const onlyStop = support.value?.onlyStop;
  const unconfirmed = value.unconfirmed.map((action) => ({
    source,
    onlyStop,
    action,
    sentences: unconfirmedSentences(action),
  }));
  const left = value.watched
    .filter((action) => !isClean(action))
    .map((action) => ({ source, onlyStop, action, sentences: leftoverSentences(action) }))
    .filter(({ sentences }) => sentences.length > 0);
  return [...unconfirmed, ...left];
}

function unconfirmedSentences(action: Action): string[] {
  const { headline, explanation } = describeOutcome(action);
  const at = parseTime(action.at);
  return [
    action.outcome
      ? `${headline} ${explanation}`
      : t('overview.after.under-way', 'Under way: its end is not proven yet.'),
    ...(at === undefined
      ? []
      : [t('overview.after.confirmed', 'Confirmed at {{moment}}.', { moment: formatMoment(at) })]),
  ];
}

/** All workers that were asked answered, and none runs a task of the job. */
function isClean({ leftovers }: Action): boolean {
  return findingOf(leftovers) === 'none';
}
