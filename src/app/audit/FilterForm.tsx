import { css } from '@emotion/css';
import { dateTime, getTimeZone, type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { Button, Combobox, Field, Input, TimeRangeInput, useStyles2, type ComboboxOption } from '@grafana/ui';
import React, { useId, useState, type FormEvent } from 'react';

import { type OnlyStop } from '../../actions/texts';
import { t } from '../../i18n/text';
import { changePageSearch } from '../pageAddress';
import {
  EVENTS,
  FILTER_PARAMETERS,
  isFiltered,
  KINDS,
  rangeOf,
  rangeParameters,
  type AuditAddress,
  type AuditKind,
} from './filter';
import { eventWord, kindWord } from './words';
import { type AuditEvent } from '../../api/types';

/** Choices and texts are as wide as a login or an id that is cut in the middle still tells something. */
const WIDTH = 24;
/** Ids have 32 characters. */
const ID_WIDTH = 36;

interface Props {
  address: AuditAddress;
  onlyStop: OnlyStop;
}

/** Which rows are shown. Everything stands in the page's address: choices at once, and texts when they are sent. */
export function FilterForm({ address, onlyStop }: Props) {
  const styles = useStyles2(getStyles);
  const eventId = useId();
  const kindId = useId();
  // Typed texts begin anew when the address changes by other means, as by a link or by going back.
  const typed = JSON.stringify([address.login, address.jobId, address.actionId]);
  return (
    <div role="search" aria-label={t('audit.filter.title', 'Filter of the audit trail')} className={styles.form}>
      <RangeField address={address} />
      <Field noMargin label={t('audit.filter.event', 'Event')} htmlFor={eventId}>
        <Combobox<AuditEvent | ''>
          id={eventId}
          width={WIDTH}
          value={address.event}
          options={[any(), ...EVENTS.map((value) => ({ value, label: eventWord(value) }))]}
          onChange={({ value }) => filter({ event: value })}
        />
      </Field>
      <Field noMargin label={t('audit.filter.kind', 'What')} htmlFor={kindId}>
        <Combobox<AuditKind | ''>
          id={kindId}
          width={WIDTH}
          value={address.kind}
          options={[any(), ...KINDS.map((value) => ({ value, label: kindWord(value, onlyStop) }))]}
          onChange={({ value }) => filter({ kind: value })}
        />
      </Field>
      <TextFields key={typed} address={address} />
      {isFiltered(address) && (
        <Button
          variant="secondary"
          fill="outline"
          icon="times"
          onClick={() => filter(Object.fromEntries(FILTER_PARAMETERS.map((name) => [name, ''])))}
        >
          {t('audit.filter.clear', 'Show all rows')}
        </Button>
      )}
    </div>
  );
}

function RangeField({ address }: { address: AuditAddress }) {
  const timeZone = getTimeZone();
  return (
    <Field noMargin label={t('audit.filter.range', 'Time range')}>
      <TimeRangeInput
        value={rangeOf(address, timeZone) ?? anyTime()}
        timeZone={timeZone}
        isReversed={false}
        clearable
        placeholder={t('audit.filter.any-time', 'Any time')}
        onChange={(range) => filter(rangeParameters(range))}
      />
    </Field>
  );
}

/** What the picker takes for no range. */
function anyTime(): TimeRange {
  const none = dateTime(null);
  return { from: none, to: none, raw: { from: none, to: none } };
}

function TextFields({ address }: { address: AuditAddress }) {
  const styles = useStyles2(getStyles);
  const loginId = useId();
  const jobId = useId();
  const actionId = useId();
  const [login, setLogin] = useState(address.login);
  const [job, setJob] = useState(address.jobId);
  const [action, setAction] = useState(address.actionId);
  const send = (event: FormEvent) => {
    event.preventDefault();
    filter({ login: login.trim(), job: job.trim(), action: action.trim().toLowerCase() });
  };
  return (
    <form className={styles.form} onSubmit={send}>
      <Field noMargin label={t('audit.filter.login', 'Login')} htmlFor={loginId}>
        <Input id={loginId} width={WIDTH} value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
      </Field>
      <Field noMargin label={t('audit.filter.job', 'Job id')} htmlFor={jobId}>
        <Input id={jobId} width={WIDTH} value={job} onChange={(event) => setJob(event.currentTarget.value)} />
      </Field>
      <Field noMargin label={t('audit.filter.action', 'Action id')} htmlFor={actionId}>
        <Input
          id={actionId}
          width={ID_WIDTH}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit" variant="secondary" icon="filter">
        {t('audit.filter.apply', 'Filter')}
      </Button>
    </form>
  );
}

/** Another filter begins at the newest row. */
function filter(changes: Record<string, string | null>) {
  const given = Object.entries(changes).map(([name, value]): [string, string | null] => [name, value || null]);
  changePageSearch({ ...Object.fromEntries(given), before: null, row: null }, 'step');
}

function any(): ComboboxOption<''> {
  return { value: '', label: t('audit.filter.any', 'Any') };
}

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    gap: theme.spacing(2),
    '& > *': { maxWidth: '100%' },
  }),
});
