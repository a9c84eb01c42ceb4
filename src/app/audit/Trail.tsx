import { css } from '@emotion/css';
import { getTimeZone, type GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useCallback, useMemo } from 'react';

import { auditClient, type ExportFormat } from '../../api/audit';
import { describeFailure, type Failure } from '../../api/failure';
import { type Source } from '../../api/sources';
import { type Support } from '../../api/types';
import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { formatAge } from '../../model/age';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { parseTime } from '../../model/time';
import { Guarded } from '../Guarded';
import { Moment } from '../Moment';
import { changePageSearch } from '../pageAddress';
import { ChainCheck } from './ChainCheck';
import { ExportButtons } from './ExportButtons';
import { filterOf, isFiltered, type AuditAddress } from './filter';
import { FilterForm } from './FilterForm';
import { readRows, useRows, type AuditRows, type KnownRows } from './rows';
import { RowsTable } from './RowsTable';

/** After this, in milliseconds, the page says how old its rows are: newer ones may have been written. */
const OLD_AFTER = 30_000;

interface Props {
  source: Source;
  address: AuditAddress;
  /** Undefined while it is not known what the user may ask; the server decides in any case. */
  support: Support | undefined;
}

/** The audit trail of one coordinator: filter, rows, chain and export. */
export function Trail({ source, address, support }: Props) {
  const styles = useStyles2(getStyles);
  const client = useMemo(() => auditClient(source.uid), [source.uid]);
  const { from, to, event, kind, login, jobId, actionId, before } = address;
  // The same object as long as it means the same: opening a row asks nothing.
  const filter = useCallback(
    () => filterOf({ uid: '', from, to, event, kind, login, jobId, actionId }, getTimeZone()),
    [from, to, event, kind, login, jobId, actionId]
  );
  const known = useRows(useMemo(() => readRows(client, filter, before), [client, filter, before]));
  const verify = useMemo(() => client.verify(), [client]);
  const file = useCallback((format: ExportFormat) => client.file(format, filter()), [client, filter]);
  const name = useCallback(() => fileName(source), [source]);
  if (known.failure && isRefused(known.failure)) {
    return <NotAllowed source={source} reason={describeFailure(known.failure)} auditRole={support?.policy.auditRole} />;
  }
  return (
    <>
      <FilterForm address={address} onlyStop={support?.onlyStop} />
      <section className={styles.part} aria-label={t('audit.rows.title', 'Rows')}>
        <h2 className={styles.title}>{t('audit.rows.title', 'Rows')}</h2>
        <Guarded what={t('audit.rows.what-breaks', 'The list of rows')} occasion={known.value}>
          <Rows known={known} address={address} source={source} onlyStop={support?.onlyStop} />
        </Guarded>
      </section>
      <section className={styles.part} aria-label={t('audit.tools.title', 'Proof and export')}>
        <h2 className={styles.title}>{t('audit.tools.title', 'Proof and export')}</h2>
        <ChainCheck key={source.uid} verify={verify} />
        <ExportButtons file={file} name={name} isFiltered={isFiltered(address)} />
      </section>
    </>
  );
}

interface RowsProps {
  known: KnownRows;
  address: AuditAddress;
  source: Source;
  onlyStop: string | undefined;
}

function Rows({ known, address, source, onlyStop }: RowsProps) {
  const styles = useStyles2(getStyles);
  const { value, failure, isAsking, reload } = known;
  return (
    <>
      {failure && (
        <Alert
          severity="error"
          title={t('audit.rows.failed', 'The audit trail of {{name}} could not be read', {
            name: inertName(source.name),
          })}
        >
          <ForeignText text={describeFailure(failure)} characters={SENTENCE} expandable />
        </Alert>
      )}
      <div className={styles.bar}>
        <Button size="sm" variant="secondary" icon="sync" disabled={isAsking} onClick={reload}>
          {t('audit.rows.reload', 'Read again')}
        </Button>
        <span role="status">{isAsking ? t('audit.rows.asking', 'Reading the audit trail…') : countText(value)}</span>
        <AsOf known={known} />
      </div>
      {!value && isAsking && <LoadingPlaceholder text={t('audit.rows.asking', 'Reading the audit trail…')} />}
      {value && value.rows.length === 0 && <p>{nothingText(value, address)}</p>}
      {value && value.rows.length > 0 && (
        <RowsTable uid={source.uid} rows={value.rows} open={address.row} onlyStop={onlyStop} />
      )}
      {value && (
        <div className={styles.bar}>
          {address.before !== undefined && (
            <Button
              variant="secondary"
              icon="angle-double-left"
              onClick={() => changePageSearch({ before: null, row: null }, 'step')}
            >
              {t('audit.rows.newest', 'Newest rows')}
            </Button>
          )}
          {value.next !== undefined && (
            <Button
              variant="secondary"
              icon="angle-right"
              iconPlacement="right"
              onClick={() => changePageSearch({ before: String(value.next), row: null }, 'step')}
            >
              {t('audit.rows.older', 'Older rows')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function AsOf({ known: { value, receivedAt, failure } }: { known: KnownRows }) {
  const styles = useStyles2(getStyles);
  const now = useTick();
  const asOf = parseTime(value?.asOf);
  if (asOf === undefined || receivedAt === undefined) {
    return null;
  }
  const age = Math.max(0, now - receivedAt);
  return (
    <span className={styles.less}>
      {t('audit.rows.as-of', 'As of')} <Moment at={asOf} showZone />
      {(age > OLD_AFTER || failure) &&
        t('audit.rows.old', ', {{age}} ago: newer rows may have been written.', { age: formatAge(age / 1000) })}
    </span>
  );
}

function countText(value: AuditRows | undefined): string {
  const first = value?.rows[0];
  const last = value?.rows.at(-1);
  if (!value || !first || !last) {
    return '';
  }
  return t('audit.rows.count', '{{count}} rows, from number {{first}} down to {{last}}.', {
    count: value.rows.length,
    defaultValue_one: '1 row, number {{first}}.',
    defaultValue_other: '{{count}} rows, from number {{first}} down to {{last}}.',
    first: first.seq,
    last: last.seq,
  });
}

/** Nothing was found: where there is more to look through, that is not yet "nothing". */
function nothingText({ next }: AuditRows, address: AuditAddress): string {
  if (next !== undefined) {
    return t('audit.rows.none-so-far', 'No row of this filter was found down to row {{row}}. Older rows may match.', {
      row: next,
    });
  }
  return isFiltered(address) || address.before !== undefined
    ? t('audit.rows.none-of-filter', 'No row of the audit trail matches the filter.')
    : t('audit.rows.none', 'The audit trail is empty: nobody has asked for an action at this coordinator.');
}

function NotAllowed({ source, reason, auditRole }: { source: Source; reason: string; auditRole?: string }) {
  return (
    <Alert
      severity="info"
      title={t('audit.refused.title', 'You may not read the audit trail of {{name}}', { name: inertName(source.name) })}
    >
      <p>
        <ForeignText text={reason} characters={SENTENCE} expandable />
      </p>
      {auditRole
        ? t(
            'audit.refused.role',
            'It is read by those with at least the role {{role}} in this organization. An administrator can change your role, or "auditRole" in the settings of the data source.',
            { role: auditRole }
          )
        : t('audit.refused.ask', 'An administrator of this organization can tell who may read it.')}
    </Alert>
  );
}

function isRefused(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.status === 403;
}

/** As the server would name it: data source and moment. What no file system takes becomes "-". */
function fileName({ uid }: Source): string {
  const moment = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `unjam-audit-${uid.replace(/[^\w-]+/g, '-')}-${moment}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  part: css({ display: 'grid', gap: theme.spacing(2), margin: theme.spacing(3, 0), '& > *': { minWidth: 0 } }),
  title: css({ fontSize: theme.typography.h4.fontSize, margin: 0 }),
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    margin: theme.spacing(1, 0),
  }),
  less: css({ color: theme.colors.text.secondary }),
});
