import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';

import { VerdictList } from '../../actions/VerdictList';
import { type AuditRow, type Identity } from '../../api/types';
import { useTick } from '../../jobs/clock';
import { ForeignText } from '../../model/ForeignText';
import { inertName } from '../../model/text';
import { parseTime, utcMoment } from '../../model/time';
import { t } from '../../i18n/text';
import { auditLink } from '../links';
import { Moment } from '../Moment';
import { PageLink } from '../PageLink';

/** Reasons and answers are read whole: that is what the trail is for. */
const TEXT_CHARACTERS = 2000;

/** All that a row of the audit trail holds. What it does not hold is left out, and nothing is guessed. */
export function RowDetails({ uid, row }: { uid: string; row: AuditRow }) {
  const styles = useStyles2(getStyles);
  const now = useTick();
  const at = parseTime(row.at);
  const id = row.actionId ?? row.approvalId;
  return (
    <dl className={styles.facts}>
      <Fact name={t('audit.row.who', 'Who')}>
        <ForeignText text={row.login} otherwise={t('audit.row.nobody', '(nobody)')} />
        {row.role && ` (${inertName(row.role)})`}
      </Fact>
      <TextFact name={t('audit.row.approved-by', 'Second person')} text={row.approvedBy} />
      <Fact name={t('audit.row.when', 'When')}>
        {at === undefined ? t('app.not-known', 'not known') : <Moment at={at} showZone />}
        {at !== undefined && <span className={styles.less}> ({utcMoment(at)})</span>}
      </Fact>
      {row.identity && <IdentityFacts identity={row.identity} />}
      {row.verdicts && row.verdicts.length > 0 && (
        <Fact name={t('audit.row.verdicts', 'Guards')}>
          <VerdictList verdicts={row.verdicts} now={now} />
        </Fact>
      )}
      <TextFact name={t('audit.row.reason', 'Reason')} text={row.reason} />
      <TextFact name={t('audit.row.request', 'Request')} text={row.request} isCode />
      <TextFact name={t('audit.row.answer', 'Answer')} text={row.answer} isCode />
      <TextFact name={t('audit.row.outcome', 'Outcome')} text={row.outcome} />
      <TextFact name={t('audit.row.detail', 'Detail')} text={row.detail} />
      {id && (
        <Fact name={t('audit.row.action', 'Action id')}>
          <code>{inertName(id)}</code>{' '}
          <PageLink href={auditLink({ uid, actionId: id })}>
            {t('audit.row.all-of-action', 'All rows of this action')}
          </PageLink>
        </Fact>
      )}
      {row.approvalId && row.approvalId !== id && (
        <Fact name={t('audit.row.approval', 'Approval id')}>
          <code>{inertName(row.approvalId)}</code>
        </Fact>
      )}
      <Fact name={t('audit.row.hash', 'Hash of this row')}>
        <code>{inertName(row.hash)}</code>
      </Fact>
      <Fact name={t('audit.row.prev-hash', 'Hash of the row before')}>
        <code>{inertName(row.prevHash)}</code>
      </Fact>
    </dl>
  );
}

/** The job as it was when the row was written: the same id with another create time or episode is another one. */
function IdentityFacts({ identity }: { identity: Identity }) {
  const created = parseTime(identity.createTime);
  return (
    <>
      <TextFact name={t('audit.row.cluster', 'Coordinator')} text={identity.cluster} />
      {created !== undefined && (
        <Fact name={t('audit.row.created', 'Job created')}>
          <Moment at={created} showZone />
        </Fact>
      )}
      <TextFact name={t('audit.row.state', 'State')} text={identity.state.toUpperCase()} />
      <TextFact name={t('audit.row.episode', 'Episode')} text={identity.episode} isCode />
      <TextFact name={t('audit.row.master', 'Master')} text={identity.master} />
    </>
  );
}

function TextFact({ name, text, isCode = false }: { name: string; text: string | undefined; isCode?: boolean }) {
  if (!text) {
    return null;
  }
  const shown = <ForeignText text={text} characters={TEXT_CHARACTERS} expandable />;
  return <Fact name={name}>{isCode ? <code>{shown}</code> : shown}</Fact>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(90px, max-content) minmax(0, 1fr)',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(1, 0),
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
    code: { overflowWrap: 'anywhere', whiteSpace: 'normal' },
  }),
  less: css({ color: theme.colors.text.secondary }),
});
