import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { Countdown } from '../../jobs/Countdown';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { type CoordinatorState } from '../coordinatorState';
import { JobName } from '../JobName';
import { Moment } from '../Moment';
import { isWhole, showsPresent } from '../sight';
import { Table } from '../Table';
import { deadlinesOf, type Deadline } from './deadlines';

/** As many as a person can keep in mind; those after them are later. */
const MOST = 20;

/** What will be, the nearest first: until when waiting helps, and when events or patience end. */
export function Deadlines({ states }: { states: CoordinatorState[] }) {
  const now = useTick();
  const all = deadlinesOf(states, ({ jobs }) => showsPresent(jobs, now));
  const shown = all.slice(0, MOST);
  const isAsking = states.some(({ jobs }) => !jobs.value && !jobs.failure);
  const unknown = states.filter(({ jobs }) => !isWhole(jobs, now) && (jobs.value || jobs.failure));
  return (
    <>
      {shown.length > 0 && (
        <Table
          caption={t('overview.deadlines.caption', 'Deadlines of all coordinators, the nearest first')}
          headers={[
            t('overview.deadlines.when', 'When'),
            t('overview.deadlines.what', 'What will be'),
            t('overview.deadlines.whose', 'Job or nodes'),
            t('overview.columns.coordinator', 'Coordinator'),
          ]}
        >
          {shown.map((deadline) => (
            <Row key={deadline.key} deadline={deadline} />
          ))}
        </Table>
      )}
      {all.length > shown.length && (
        <p>{t('overview.deadlines.more', '{{more}} more come later.', { more: all.length - shown.length })}</p>
      )}
      {all.length === 0 && unknown.length === 0 && !isAsking && (
        <p>{t('overview.deadlines.none', 'No deadline is known.')}</p>
      )}
      {unknown.length > 0 && (
        <p>
          {t('overview.deadlines.not-known', 'It is not known whether there are more on {{names}}.', {
            names: unknown.map(({ source }) => inertName(source.name)).join(', '),
          })}
        </p>
      )}
      {isAsking && <LoadingPlaceholder text={t('overview.stuck.asking', 'Reading the jobs…')} />}
    </>
  );
}

function Row({ deadline }: { deadline: Deadline }) {
  const styles = useStyles2(getStyles);
  const { at, answeredAt, receivedAt, present, source, what } = deadline;
  return (
    <tr>
      <td className={styles.when}>
        <Icon name="clock-nine" aria-hidden="true" />{' '}
        <Countdown deadline={at} answeredAt={answeredAt} receivedAt={receivedAt} present={present} />
        {present && (
          <div className={styles.less}>
            <Moment at={at} />
          </div>
        )}
      </td>
      <td>
        <Words what={what} />
      </td>
      <td>
        {what.kind === 'loss' ? (
          <>
            <ForeignText text={what.pair.node} /> → <ForeignText text={what.pair.peer} />
          </>
        ) : (
          <JobName name={what.row.name} id={what.row.id} page={{ uid: source.uid, createTime: what.row.createTime }} />
        )}
      </td>
      <td>
        <ForeignText text={source.name} />
      </td>
    </tr>
  );
}

function Words({ what }: { what: Deadline['what'] }) {
  const styles = useStyles2(getStyles);
  const { sentence, aside } = wordsOf(what);
  return (
    <>
      {sentence}
      {aside && (
        <div className={styles.less}>
          <ForeignText text={aside} characters={SENTENCE} />
        </div>
      )}
    </>
  );
}

/** What will be, and what the server says of it beside. */
function wordsOf(what: Deadline['what']): { sentence: string; aside: string } {
  switch (what.kind) {
    case 'outlook':
      return { sentence: t('overview.deadlines.outlook', 'Until then, waiting may help.'), aside: what.row.advice };
    case 'suppression':
      return {
        sentence: t('overview.deadlines.suppression', 'The late job counts as stuck, if it has not ended by then.'),
        aside: what.row.suppressed,
      };
    case 'loss':
      return {
        sentence:
          what.pair.deadlineOf === 'inbound timeout'
            ? t('overview.deadlines.inbound', 'The inbound events buffer is released: its events are lost.')
            : t('overview.deadlines.overflow', 'The sent events buffer overflows: events are lost.'),
        aside: what.pair.advice,
      };
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  when: css({ fontVariantNumeric: 'tabular-nums', minWidth: 150 }),
  less: css({ color: theme.colors.text.secondary }),
});
