import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, IconButton, useStyles2 } from '@grafana/ui';
import React, { Fragment } from 'react';

import { type OnlyStop } from '../../actions/texts';
import { type AuditRow } from '../../api/types';
import { t } from '../../i18n/text';
import { ForeignText } from '../../model/ForeignText';
import { parseTime } from '../../model/time';
import { JobName } from '../JobName';
import { Moment } from '../Moment';
import { changePageSearch } from '../pageAddress';
import { Table } from '../Table';
import { RowDetails } from './RowDetails';
import { eventIcon, eventWord, kindWord } from './words';

const TEXT_CHARACTERS = 160;
const COLUMNS = 7;
/** Stands where a row has nothing to say. */
const NONE = '–';

interface Props {
  uid: string;
  rows: AuditRow[];
  /** The number of the row whose details are open. */
  open?: number;
  onlyStop: OnlyStop;
}

/** Rows of an audit trail in the order in which they are given. The open one stands in the page's address. */
export function RowsTable({ uid, rows, open, onlyStop }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.frame}>
      <Table
        caption={t('audit.rows.caption', 'Rows of the audit trail, newest first')}
        headers={[
          t('audit.rows.number', 'Row'),
          t('audit.rows.when', 'When'),
          t('audit.rows.event', 'Event'),
          t('audit.rows.what', 'What'),
          t('audit.rows.job', 'Job'),
          t('audit.rows.who', 'Who'),
          t('audit.rows.outcome', 'Outcome and reason'),
        ]}
      >
        {rows.map((row) => {
          const isOpen = row.seq === open;
          const detailsId = `unjam-audit-${row.seq}`;
          return (
            <Fragment key={row.seq}>
              <Row uid={uid} row={row} isOpen={isOpen} detailsId={detailsId} onlyStop={onlyStop} />
              {isOpen && (
                <tr id={detailsId}>
                  <td colSpan={COLUMNS} className={styles.details}>
                    <RowDetails uid={uid} row={row} />
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </Table>
    </div>
  );
}

interface RowProps {
  uid: string;
  row: AuditRow;
  isOpen: boolean;
  detailsId: string;
  onlyStop: OnlyStop;
}

function Row({ uid, row, isOpen, detailsId, onlyStop }: RowProps) {
  const styles = useStyles2(getStyles);
  const at = parseTime(row.at);
  return (
    <tr>
      <td className={styles.number}>
        <IconButton
          name={isOpen ? 'angle-down' : 'angle-right'}
          aria-label={t('audit.rows.details', 'Details of row {{row}}', { row: row.seq })}
          aria-expanded={isOpen}
          aria-controls={isOpen ? detailsId : undefined}
          onClick={() => changePageSearch({ row: isOpen ? null : String(row.seq) }, 'replace')}
        />
        {row.seq}
      </td>
      <td className={styles.when}>{at === undefined ? t('app.not-known', 'not known') : <Moment at={at} />}</td>
      <td className={styles.word}>
        <Icon name={eventIcon(row.event)} aria-hidden="true" /> {eventWord(row.event)}
      </td>
      <td className={styles.word}>
        <ForeignText text={kindWord(row.kind, onlyStop)} otherwise={NONE} />
      </td>
      <td>
        {row.jobId ? (
          <JobName
            name={row.jobName ?? ''}
            id={row.jobId}
            page={{ uid, createTime: parseTime(row.identity?.createTime) }}
          />
        ) : (
          NONE
        )}
      </td>
      <td>
        <ForeignText text={row.login} otherwise={t('audit.row.nobody', '(nobody)')} />
        {row.approvedBy && (
          <div className={styles.less}>
            {t('audit.rows.approved-by', 'approved by')} <ForeignText text={row.approvedBy} />
          </div>
        )}
      </td>
      <td className={styles.outcome}>
        <ForeignText text={row.outcome || row.detail || ''} characters={TEXT_CHARACTERS} otherwise={NONE} />
        {row.reason && (
          <div className={styles.less}>
            {t('audit.rows.reason', 'Reason:')} <ForeignText text={row.reason} characters={TEXT_CHARACTERS} />
          </div>
        )}
      </td>
    </tr>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // A narrow screen moves the table and not the page.
  frame: css({ overflowX: 'auto', maxWidth: '100%' }),
  number: css({ whiteSpace: 'nowrap', button: { verticalAlign: 'middle' } }),
  when: css({ whiteSpace: 'nowrap' }),
  word: css({ whiteSpace: 'nowrap' }),
  outcome: css({ minWidth: 200 }),
  less: css({ color: theme.colors.text.secondary }),
  details: css({ background: theme.colors.background.secondary }),
});
