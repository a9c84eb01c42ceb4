import { type TimeZone } from '@grafana/schema';
import { Alert, LoadingPlaceholder } from '@grafana/ui';
import React from 'react';

import { leftoverSentences } from '../../actions/leftovers';
import { type OnlyStop } from '../../actions/texts';
import { describeFailure } from '../../api/failure';
import { type Aftermath, type AuditPage, type AuditRow, type Support } from '../../api/types';
import { Around, PLACE } from '../../i18n/Around';
import { t } from '../../i18n/text';
import { type Events } from '../../model/events';
import { ForeignText } from '../../model/ForeignText';
import { SENTENCE } from '../../model/text';
import { parseTime } from '../../model/time';
import { eventWord, kindWord } from '../audit/words';
import { Moment } from '../Moment';
import { type Kept } from '../refresh';
import { Table } from '../Table';
import { Part } from './Part';

const REASON_CHARACTERS = 300;

interface Props {
  id: string;
  /** What was done, for everybody: what and when, and no persons. Undefined where it could not be read. */
  acts: Events | undefined;
  support: Kept<Support>;
  audit: Kept<AuditPage>;
  aftermath: Kept<Aftermath>;
  timeZone: TimeZone;
}

/** What was done about the job and what became of it; for those who may read it, by whom and why. */
export function Acts({ id, acts, support, audit, aftermath, timeZone }: Props) {
  return (
    <Part title={t('app-job.deeds.title', 'What was done about it')}>
      <Leftovers id={id} aftermath={aftermath} timeZone={timeZone} />
      <Deeds acts={acts} timeZone={timeZone} />
      <h3>{t('app-job.audit.title', 'Audit trail of this job')}</h3>
      <Trail support={support} audit={audit} timeZone={timeZone} />
    </Part>
  );
}

/** Tasks that run on after the job was force-stopped. */
function Leftovers({ id, aftermath, timeZone }: Pick<Props, 'id' | 'aftermath' | 'timeZone'>) {
  const own = [...(aftermath.value?.unconfirmed ?? []), ...(aftermath.value?.watched ?? [])].filter(
    ({ job }) => job.id === id
  );
  const sentences = own.flatMap((action) => leftoverSentences(action, timeZone));
  if (sentences.length === 0) {
    return null;
  }
  return (
    <Alert severity="warning" title={t('app-job.deeds.after', 'After the force stop')}>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </Alert>
  );
}

function Deeds({ acts, timeZone }: Pick<Props, 'acts' | 'timeZone'>) {
  if (!acts) {
    return <p>{t('app-job.deeds.not-read', 'It is not known what was done: the records could not be read.')}</p>;
  }
  if (acts.rows.length === 0) {
    return <p>{t('app-job.deeds.none', 'Unjam has done nothing about this job in the last 30 days.')}</p>;
  }
  return (
    <Table
      caption={t('app-job.deeds.caption', 'What Unjam did about this job, newest first')}
      headers={[t('app-job.list.when', 'When'), t('app-job.list.what', 'What happened')]}
    >
      {acts.rows.map((act) => (
        <tr key={`${act.id} ${act.kind}`}>
          <td>
            <Moment at={act.at} timeZone={timeZone} />
          </td>
          <td>
            <ForeignText text={act.sentence} characters={SENTENCE} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Trail({ support, audit, timeZone }: Pick<Props, 'support' | 'audit' | 'timeZone'>) {
  const { value, failure } = support;
  if (value && !value.audit.allowed) {
    return (
      <p>
        <ForeignText
          text={value.audit.reason}
          characters={SENTENCE}
          otherwise={t('app-job.audit.no-reason', 'You may not read the audit trail, and the server gives no reason.')}
        />
      </p>
    );
  }
  if (!audit.value) {
    const why = audit.failure ?? failure;
    return why ? (
      <p>
        {t('app-job.audit.not-read', 'The audit trail could not be read.')}{' '}
        <ForeignText text={describeFailure(why)} characters={SENTENCE} />
      </p>
    ) : (
      <LoadingPlaceholder text={t('app-job.audit.asking', 'Reading the audit trail…')} />
    );
  }
  return (
    <>
      {audit.failure && (
        <p>
          {t('app-job.audit.old', 'The newest rows could not be read; these are from an earlier answer.')}{' '}
          <ForeignText text={describeFailure(audit.failure)} characters={SENTENCE} />
        </p>
      )}
      <Rows
        rows={audit.value.rows}
        more={audit.value.next !== undefined}
        onlyStop={value?.onlyStop}
        timeZone={timeZone}
      />
    </>
  );
}

interface RowsProps {
  rows: AuditRow[];
  /** There are older rows. */
  more: boolean;
  onlyStop: OnlyStop;
  timeZone: TimeZone;
}

function Rows({ rows, more, onlyStop, timeZone }: RowsProps) {
  if (rows.length === 0 && !more) {
    return <p>{t('app-job.audit.none', 'No row of the audit trail tells of this job.')}</p>;
  }
  return (
    <>
      <Table
        caption={t('app-job.audit.caption', 'Rows of the audit trail that tell of this job, newest first')}
        headers={[
          t('app-job.list.when', 'When'),
          t('app-job.audit.what', 'What'),
          t('app-job.audit.by', 'By'),
          t('app-job.audit.why', 'Reason'),
          t('app-job.audit.outcome', 'Outcome'),
        ]}
      >
        {rows.map((row) => (
          <Row key={row.seq} row={row} onlyStop={onlyStop} timeZone={timeZone} />
        ))}
      </Table>
      {more && <p>{t('app-job.audit.more', 'Older rows are on the Audit page.')}</p>}
    </>
  );
}

function Row({ row, onlyStop, timeZone }: { row: AuditRow; onlyStop: OnlyStop; timeZone: TimeZone }) {
  const at = parseTime(row.at);
  return (
    <tr>
      <td>{at === undefined ? t('app-job.card.not-told', 'not told') : <Moment at={at} timeZone={timeZone} />}</td>
      <td>
        {eventWord(row.event)}
        {row.kind ? `: ${kindWord(row.kind, onlyStop)}` : ''}
      </td>
      <td>
        <ForeignText text={row.login} otherwise={t('app-job.audit.nobody', '(nobody)')} />
        {row.approvedBy && (
          <div>
            <Around text={t('app-job.audit.approved', 'approved by {{login}}', { login: PLACE })}>
              <ForeignText text={row.approvedBy} />
            </Around>
          </div>
        )}
      </td>
      <td>
        <ForeignText text={row.reason ?? ''} characters={REASON_CHARACTERS} otherwise="–" />
      </td>
      <td>
        <ForeignText
          text={[row.outcome, row.detail].filter(Boolean).join(': ')}
          characters={REASON_CHARACTERS}
          otherwise="–"
        />
      </td>
    </tr>
  );
}
