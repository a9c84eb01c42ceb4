import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LinkButton, LoadingPlaceholder, TextLink, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';

import { PolicyFacts } from '../../actions/PolicyFacts';
import { timeLeft } from '../../actions/RequestFacts';
import { noun } from '../../actions/texts';
import { type Allowance, type Policy, type Support } from '../../api/types';
import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';
import { formatMoment, parseTime } from '../../model/time';
import { CoordinatorHead } from '../CoordinatorHead';
import { docsLink, settingsLink } from '../links';
import { see } from '../sight';
import { AlertRules } from './AlertRules';
import { DetectionFacts } from './DetectionFacts';
import { StepItem } from './StepItem';
import { stepsOf, type SetupFacts, type Step } from './steps';

interface Props {
  facts: SetupFacts;
  /** Whether the user may open the data source's settings. */
  showSettings: boolean;
}

/** One coordinator: how it is seen, what the user may do, and each step from nothing to guarded with how far it is. */
export function SetupCard({ facts, showSettings }: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const now = useTick();
  const { source, support, settings, rules } = facts;
  const seen = see({ support, jobs: {} }, now);
  const steps = stepsOf(facts);
  const name = inertName(source.name);
  return (
    <section className={styles.card} aria-labelledby={headingId}>
      <CoordinatorHead id={headingId} level="h2" name={source.name} seen={seen} />
      {seen.sight === 'asking' && <LoadingPlaceholder text={t('setup.card.asking', 'Asking the data source…')} />}
      <p className={styles.progress}>{progressText(steps)}</p>
      {support.value && <Facts support={support.value} now={now} />}
      <div className={styles.links}>
        {showSettings ? (
          <LinkButton size="sm" variant="secondary" icon="cog" href={settingsLink(source.uid)}>
            {t('setup.card.settings', 'Settings and health')}
          </LinkButton>
        ) : (
          <span className={styles.note}>
            {t('setup.card.ask-admin', 'An administrator of this organization can change the settings.')}
          </span>
        )}
        <LinkButton
          size="sm"
          variant="secondary"
          icon="book"
          href={docsLink('data-source.md')}
          target="_blank"
          rel="noreferrer"
        >
          {t('setup.card.docs', 'Documentation')}
        </LinkButton>
      </div>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <StepItem key={step.id} step={step}>
            {step.id === 'rules' && <AlertRules source={source} present={rules} />}
            {step.id === 'policy' && support.value && <PolicyDetails policy={support.value.policy} name={name} />}
            {step.id === 'detection' && <DetectionFacts settings={settings} name={name} />}
          </StepItem>
        ))}
      </ol>
    </section>
  );
}

function progressText(steps: Step[]): string {
  const count = (state: Step['state']) => steps.filter((step) => step.state === state).length;
  if (count('checking') > 0) {
    return t('setup.card.checking', 'The steps are checked…');
  }
  const unknown = count('unknown');
  return t(
    'setup.card.progress',
    '{{done}} of {{all}} steps are done. To do: {{open}}. Cannot be checked: {{unknown}}.',
    {
      done: count('done'),
      all: steps.length,
      open: count('to do'),
      unknown,
    }
  );
}

function PolicyDetails({ policy, name }: { policy: Policy; name: string }) {
  const styles = useStyles2(getStyles);
  return (
    <details>
      <summary>{t('setup.policy.summary', 'The whole policy')}</summary>
      <PolicyFacts policy={policy} caption={t('setup.policy.caption', 'Policy of {{name}}', { name })} />
      <p className={styles.note}>
        {t(
          'setup.policy.where',
          'It stands in the settings of the data source, under "actions": whoever may edit the data source may change it.'
        )}{' '}
        <TextLink href={docsLink('actions.md#policy')} external inline>
          {t('setup.policy.docs', 'What each value means')}
        </TextLink>
      </p>
    </details>
  );
}

function Facts({ support, now }: { support: Support; now: number }) {
  const styles = useStyles2(getStyles);
  return (
    <dl className={styles.facts}>
      <dt>{t('setup.facts.coordinator', 'Coordinator')}</dt>
      <dd>
        <ForeignText text={support.coordinator} otherwise={t('app.not-known', 'not known')} />
      </dd>
      <dt>{t('setup.facts.store', 'Records are kept in')}</dt>
      <dd>
        <ForeignText
          text={support.store}
          otherwise={t('setup.facts.no-store', "not known: look at the data source's health")}
        />
      </dd>
      <dt>{t('setup.facts.login', 'You are')}</dt>
      <dd>
        <ForeignText text={support.login} otherwise={t('setup.facts.nobody', 'nobody')} />
      </dd>
      {!support.onlyStop && <May what={t('setup.facts.cancel', 'You may cancel')} allowance={support.cancel} />}
      <May
        what={
          support.onlyStop
            ? t('setup.facts.only-stop', 'You may {{stop}}', { stop: noun('force-stop', support.onlyStop) })
            : t('setup.facts.force-stop', 'You may force-stop')
        }
        allowance={support.forceStop}
      />
      <May what={t('setup.facts.dismiss', 'You may dismiss lost jobs')} allowance={support.dismiss} />
      <May what={t('setup.facts.audit', 'You may read the audit trail')} allowance={support.audit} />
      <dt>{t('setup.facts.incident', 'Incident budget')}</dt>
      <dd>{incidentText(support, now)}</dd>
    </dl>
  );
}

function May({ what, allowance: { allowed, reason } }: { what: string; allowance: Allowance }) {
  return (
    <>
      <dt>{what}</dt>
      <dd>
        {allowed ? t('setup.facts.yes', 'Yes') : `${t('setup.facts.no', 'No:')} `}
        {!allowed && (
          <ForeignText
            text={reason}
            characters={SENTENCE}
            otherwise={t('setup.facts.no-reason', 'the server gives no reason.')}
            expandable
          />
        )}
      </dd>
    </>
  );
}

/** Here the browser's clock must do: nothing on this page tells the server's. */
function incidentText({ incident, onlyStop }: Support, now: number): string {
  const until = parseTime(incident?.until);
  if (!incident || until === undefined) {
    return t('setup.facts.not-unlocked', 'Not unlocked');
  }
  return t('setup.facts.unlocked', 'Unlocked: up to {{limit}} {{stop}}s until {{until}}, {{left}}', {
    limit: incident.limit,
    stop: noun('force-stop', onlyStop),
    until: formatMoment(until),
    left: timeLeft(until - now),
  });
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    overflowX: 'auto',
  }),
  progress: css({ fontWeight: theme.typography.fontWeightMedium, margin: theme.spacing(1, 0) }),
  steps: css({ margin: theme.spacing(2, 0, 0), paddingLeft: theme.spacing(3) }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(90px, max-content) minmax(0, 1fr)',
    gap: theme.spacing(0.5, 2),
    margin: theme.spacing(0, 0, 2),
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  note: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  links: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
});
