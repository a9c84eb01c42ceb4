import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LinkButton, LoadingPlaceholder, TextLink, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { PolicyFacts } from '../../actions/PolicyFacts';
import { timeLeft } from '../../actions/RequestFacts';
import { noun } from '../../actions/texts';
import { type GrafanaRule } from '../../api/alertRules';
import { type Allowance, type Support } from '../../api/types';
import { useTick } from '../../jobs/clock';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { formatMoment, parseTime } from '../../model/time';
import { AlertRules } from './AlertRules';
import { docsLink, settingsLink } from '../links';
import { type SetupState } from './setup';
import { see } from '../sight';
import { SightBadge } from '../SightBadge';
import { type Loaded } from '../useLoaded';

interface Props {
  state: SetupState;
  /** Whether the user may open the data source's settings. */
  showSettings: boolean;
  /** The alert rules of this Grafana. */
  rules: Loaded<GrafanaRule[]>;
}

/** One coordinator: how it is seen, where its records are kept, what the user may do, the policy, and the alert rules. */
export function SetupCard({ state: { source, support }, showSettings, rules }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const now = useTick();
  const { sight, sentences } = see({ support, jobs: {} }, now);
  return (
    <section className={styles.card} aria-labelledby={headingId}>
      <div className={styles.head}>
        <h2 id={headingId} className={styles.name}>
          <ForeignText text={source.name} expandable />
        </h2>
        <SightBadge sight={sight} />
      </div>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <ForeignText text={sentence} characters={SENTENCE} expandable />
        </p>
      ))}
      {sight === 'asking' && <LoadingPlaceholder text="Asking the data source…" />}
      {support.value && <Facts support={support.value} now={now} />}
      {support.value && (
        <>
          <h3 className={styles.heading}>Policy</h3>
          <PolicyFacts policy={support.value.policy} caption={`Policy of ${inertName(source.name)}`} />
          <p className={styles.note}>
            It stands in the data source&apos;s settings, under &quot;actions&quot;: whoever may edit the data source
            may change it.{' '}
            <TextLink href={docsLink('actions.md#policy')} external inline>
              What each value means
            </TextLink>
          </p>
        </>
      )}
      <h3 className={styles.heading}>Alert rules</h3>
      <AlertRules source={source} present={rules} />
      <div className={styles.links}>
        {showSettings ? (
          <LinkButton size="sm" variant="secondary" icon="cog" href={settingsLink(source.uid)}>
            Settings and health
          </LinkButton>
        ) : (
          <span className={styles.note}>An administrator of this organization can change the settings.</span>
        )}
        <LinkButton
          size="sm"
          variant="secondary"
          icon="book"
          href={docsLink('data-source.md')}
          target="_blank"
          rel="noreferrer"
        >
          Documentation
        </LinkButton>
      </div>
    </section>
  );
}

function Facts({ support, now }: { support: Support; now: number }) {
  const styles = useStyles2(getStyles);
  return (
    <dl className={styles.facts}>
      <dt>Coordinator</dt>
      <dd>
        <ForeignText text={support.coordinator} otherwise="not known" />
      </dd>
      <dt>Records are kept in</dt>
      <dd>
        <ForeignText text={support.store} otherwise="not known: look at the data source's health" />
      </dd>
      <dt>You are</dt>
      <dd>
        <ForeignText text={support.login} otherwise="nobody" />
      </dd>
      {!support.onlyStop && <May what="You may cancel" allowance={support.cancel} />}
      <May
        what={support.onlyStop ? `You may ${noun('force-stop', support.onlyStop)}` : 'You may force-stop'}
        allowance={support.forceStop}
      />
      <May what="You may dismiss lost jobs" allowance={support.dismiss} />
      <May what="You may read the audit trail" allowance={support.audit} />
      <dt>Incident budget</dt>
      <dd>{incidentText(support, now)}</dd>
    </dl>
  );
}

function May({ what, allowance: { allowed, reason } }: { what: string; allowance: Allowance }) {
  return (
    <>
      <dt>{what}</dt>
      <dd>
        {allowed ? 'Yes' : 'No: '}
        {!allowed && (
          <ForeignText text={reason} characters={SENTENCE} otherwise="the server gives no reason." expandable />
        )}
      </dd>
    </>
  );
}

/** Here the browser's clock must do: nothing on this page tells the server's. */
function incidentText({ incident, onlyStop }: Support, now: number): string {
  const until = parseTime(incident?.until);
  if (!incident || until === undefined) {
    return 'Not unlocked';
  }
  return `Unlocked: up to ${incident.limit} ${noun('force-stop', onlyStop)}s until ${formatMoment(until)}, ${timeLeft(until - now)}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    overflowX: 'auto',
  }),
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
  }),
  name: css({ fontSize: theme.typography.h4.fontSize, margin: 0, overflowWrap: 'anywhere' }),
  heading: css({ fontSize: theme.typography.h5.fontSize }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(0, 0, 2),
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  note: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  links: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
});
