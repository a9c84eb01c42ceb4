import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, ClipboardButton, TextLink, useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import { EMPTY, Subject, switchMap, catchError, map, of, startWith, type Observable } from 'rxjs';

import { describeFailure, toFailure, type Failure } from '../../api/failure';
import { type Verification } from '../../api/types';
import { t } from '../../i18n/text';
import { ForeignText } from '../../model/ForeignText';
import { formatNumber } from '../../model/numbers';
import { inertName, SENTENCE } from '../../model/text';
import { parseTime } from '../../model/time';
import { docsLink } from '../links';
import { Moment } from '../Moment';

type Check =
  { at: 'none' } | { at: 'walking' } | { at: 'done'; verification: Verification } | { at: 'failed'; failure: Failure };

interface Props {
  /** Walks the chain, once for each subscription. */
  verify: Observable<Verification>;
}

/** The button that has the server walk the whole chain, and what came of it. The chain is whole whatever the filter. */
export function ChainCheck({ verify }: Props) {
  const styles = useStyles2(getStyles);
  const [check, setCheck] = useState<Check>({ at: 'none' });
  const [orders] = useState(() => new Subject<void>());
  useEffect(() => {
    const checks = orders.pipe(
      switchMap(() =>
        verify.pipe(
          map((verification): Check => ({ at: 'done', verification })),
          catchError((error: unknown) => of<Check>({ at: 'failed', failure: toFailure(error) })),
          startWith<Check>({ at: 'walking' })
        )
      ),
      catchError(() => EMPTY)
    );
    const subscription = checks.subscribe(setCheck);
    return () => subscription.unsubscribe();
  }, [orders, verify]);
  return (
    <div className={styles.part}>
      <Button
        variant="secondary"
        icon={check.at === 'walking' ? 'spinner' : 'shield'}
        disabled={check.at === 'walking'}
        onClick={() => orders.next()}
      >
        {check.at === 'walking' ? t('audit.verify.walking', 'Verifying…') : t('audit.verify.button', 'Verify chain')}
      </Button>
      <div role="status">
        {check.at === 'done' && <Result verification={check.verification} />}
        {check.at === 'failed' && (
          <Alert severity="warning" title={t('audit.verify.failed', 'It is not known whether the chain is whole')}>
            <ForeignText text={describeFailure(check.failure)} characters={SENTENCE} expandable />
          </Alert>
        )}
      </div>
    </div>
  );
}

function Result({ verification }: { verification: Verification }) {
  const { holds, rows, head, brokenAt, detail, asOf } = verification;
  const at = parseTime(asOf);
  const when = at !== undefined && (
    <>
      {t('audit.verify.at', 'Verified at')} <Moment at={at} showZone />.
    </>
  );
  if (!holds) {
    return (
      <Alert
        severity="error"
        title={t('audit.verify.broken', 'The chain is broken: row {{row}} was changed or is missing', {
          row: formatNumber(brokenAt),
        })}
      >
        <p>
          <ForeignText text={detail} characters={SENTENCE} expandable /> {when}
        </p>
        {t(
          'audit.verify.broken-advice',
          'Export the trail, keep a copy of the store, and compare with the hashes in the log of Grafana.'
        )}{' '}
        <TextLink href={docsLink('security.md#anchoring-and-checking-the-audit-trail')} external inline>
          {t('audit.verify.docs', 'How the chain is checked')}
        </TextLink>
      </Alert>
    );
  }
  return (
    <Alert
      severity="success"
      title={t('audit.verify.whole', 'The chain is whole: {{rows}} rows', { rows: formatNumber(rows) })}
    >
      {head && (
        <p>
          {t('audit.verify.head', 'Hash of row {{row}}, the newest:', { row: formatNumber(rows) })}{' '}
          <code>{inertName(head)}</code>{' '}
          <ClipboardButton size="sm" fill="text" icon="copy" variant="secondary" getText={() => head}>
            {t('audit.verify.copy', 'Copy the hash')}
          </ClipboardButton>
        </p>
      )}
      {when}{' '}
      {t(
        'audit.verify.whole-advice',
        'A trail that was rewritten as a whole is whole, too: the log of Grafana holds hashes to compare with.'
      )}{' '}
      <TextLink href={docsLink('security.md#anchoring-and-checking-the-audit-trail')} external inline>
        {t('audit.verify.docs', 'How the chain is checked')}
      </TextLink>
    </Alert>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  part: css({
    display: 'grid',
    justifyItems: 'start',
    gap: theme.spacing(1),
    '& > [role=status]': { width: '100%' },
    code: { overflowWrap: 'anywhere', whiteSpace: 'normal' },
  }),
});
