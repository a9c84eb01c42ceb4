import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { ClipboardButton, Icon, useStyles2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';

import { Around, PLACE } from '../../i18n/Around';
import { t } from '../../i18n/text';
import { AgeCell } from '../../jobs/AgeCell';
import { jobPageLink } from '../../jobs/jobPage';
import { describeQuality, type Quality } from '../../model/age';
import { ForeignText } from '../../model/ForeignText';
import { type Episode } from '../../model/job';
import { inertName } from '../../model/text';
import { Moment } from '../Moment';
import { pageLink } from '../links';
import { Part } from './Part';
import { qualityWord } from './qualities';
import { type Standing } from './standing';
import { StateBadge } from './StateBadge';

const NAME_CHARACTERS = 120;
const NODES_CHARACTERS = 200;

interface Props {
  uid: string;
  id: string;
  standing: Extract<Standing, { is: 'open' | 'ended' | 'last seen' }>;
  /** The data source's name. */
  coordinator: string;
  /** Whether the state is that of the present. */
  present: boolean;
  /** When the answer came, by the browser's clock. */
  receivedAt: number;
  /** The job in the coordinator's own UI; empty where there is none. */
  link: string;
  timeZone: TimeZone;
}

/** Which job it is, and how it stands. */
export function JobCard({ uid, id, standing, coordinator, present, receivedAt, link, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const facts = factsOf(standing);
  return (
    <Part
      title={t('app-job.card.title', 'Job')}
      aside={
        link !== '' && (
          <a className={styles.link} href={link} target="_blank" rel="noopener noreferrer">
            {t('app-job.card.own-ui', "Open in the coordinator's own UI")}{' '}
            <Icon name="external-link-alt" size="sm" aria-hidden="true" />
          </a>
        )
      }
    >
      <p className={styles.name}>
        <ForeignText
          text={facts.name}
          characters={NAME_CHARACTERS}
          otherwise={t('app-job.card.no-name', '(no name)')}
          expandable
        />
      </p>
      <div className={styles.state}>
        <StateOf standing={standing} present={present} receivedAt={receivedAt} />
      </div>
      <Ending standing={standing} timeZone={timeZone} />
      <dl className={styles.facts}>
        <dt>{t('app-job.card.id', 'Id')}</dt>
        <dd>
          <span className={styles.id}>{inertName(id, id.length)}</span>{' '}
          <ClipboardButton
            size="sm"
            variant="secondary"
            fill="text"
            icon="copy"
            getText={() => id}
            aria-label={t('app-job.card.copy-id', 'Copy the id')}
          />
        </dd>
        <dt>{t('app-job.card.coordinator', 'Coordinator')}</dt>
        <dd>
          <a className={styles.link} href={pageLink('overview')}>
            {inertName(coordinator)}
          </a>
        </dd>
        {facts.since !== undefined && (
          <>
            <dt>{t('app-job.card.since', 'Since')}</dt>
            <dd>
              <Since at={facts.since} quality={facts.quality} timeZone={timeZone} />
            </dd>
          </>
        )}
        <dt>{t('app-job.card.word', "Coordinator's word")}</dt>
        <dd>
          <ForeignText text={facts.word} otherwise={t('app-job.card.no-word', 'none')} />
        </dd>
        <dt>{t('app-job.card.created', 'Created')}</dt>
        <dd>
          {facts.createTime === undefined ? (
            t('app-job.card.not-told', 'not told')
          ) : (
            <Moment at={facts.createTime} timeZone={timeZone} showZone />
          )}
        </dd>
        {standing.is === 'open' && (
          <>
            <dt>{t('app-job.card.nodes', 'Runs on')}</dt>
            <dd>
              <ForeignText
                text={standing.row.nodes}
                characters={NODES_CHARACTERS}
                otherwise={t('app-job.card.not-told', 'not told')}
                expandable
              />
            </dd>
            {standing.row.parent !== '' && (
              <>
                <dt>{t('app-job.card.parent', 'Parent job')}</dt>
                <dd>
                  <a className={styles.link} href={jobPageLink({ uid, id: standing.row.parent })}>
                    {inertName(standing.row.parent)}
                  </a>
                </dd>
              </>
            )}
          </>
        )}
      </dl>
    </Part>
  );
}

interface Facts {
  name: string;
  word: string;
  createTime?: number;
  since?: number;
  quality: Quality;
}

function factsOf(standing: Props['standing']): Facts {
  switch (standing.is) {
    case 'open':
      return standing.row;
    case 'ended':
      return standing.end;
    case 'last seen':
      return standing.last;
  }
}

/** The state as a word, with its age: ticking while it is of the present. */
function StateOf({ standing, present, receivedAt }: Pick<Props, 'standing' | 'present' | 'receivedAt'>) {
  switch (standing.is) {
    case 'open': {
      const { row } = standing;
      // A lost job is not listed, and that is what is known of it now.
      const isNow = present && (row.listed || row.state === 'lost');
      return (
        <>
          <StateBadge state={row.state} present={isNow} stuck={row.stuck} />{' '}
          {!isNow && <span>{lastSeenAs(row.state)}</span>} <AgeCell row={row} receivedAt={receivedAt} present={isNow} />
        </>
      );
    }
    case 'ended':
      return <StateBadge state={standing.end.state} present />;
    case 'last seen':
      return (
        <>
          <StateBadge state={standing.last.state} present={false} /> {lastSeenAs(standing.last.state)}
        </>
      );
  }
}

function lastSeenAs(state: string): string {
  return t('app-job.card.last-seen-as', '(last seen: {{state}})', { state: state.toUpperCase() });
}

/** Since when, with how well that is known, and what that means. */
function Since({ at, quality, timeZone }: { at: number; quality: Quality; timeZone: TimeZone }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <Moment at={at} timeZone={timeZone} showZone /> <strong>({qualityWord(quality)})</strong>
      <div className={styles.small}>{describeQuality(quality)}</div>
    </>
  );
}

/** How an ended job ended, and by what that is known; and that nobody knows it of a lost one. */
function Ending({ standing, timeZone }: Pick<Props, 'standing' | 'timeZone'>): ReactNode {
  switch (standing.is) {
    case 'open':
      return standing.row.state === 'lost' ? (
        <p>
          {t(
            'app-job.card.lost',
            'Lost: the coordinator no longer lists it, neither open nor ended, and nobody knows how it ended. It is never called finished. Find out what became of its work, then dismiss it.'
          )}
        </p>
      ) : null;
    case 'ended':
      return <Proof end={standing.end} before={standing.episodes.at(-2)} timeZone={timeZone} />;
    case 'last seen':
      return <p>{lastSeenSentence(standing.last)}</p>;
  }
}

function lastSeenSentence({ state, until }: Episode): string {
  if (state === 'lost' && until !== undefined) {
    return t(
      'app-job.card.dismissed',
      'It was lost, and is no longer shown: somebody dismissed it, or another job has its id. Nobody knows how it ended.'
    );
  }
  return t(
    'app-job.card.no-end',
    'It is not among the open jobs, and its end is not proven. Unjam asks the coordinator for it again with each poll.'
  );
}

function Proof({ end, before, timeZone }: { end: Episode; before?: Episode; timeZone: TimeZone }) {
  return (
    <p>
      {t('app-job.card.ended', 'It ended: {{state}}.', { state: end.state.toUpperCase() })}{' '}
      <Around
        text={t('app-job.card.proof', 'Proof: asked for this job alone, the coordinator said so at {{at}}.', {
          at: PLACE,
        })}
      >
        <Moment at={end.since} timeZone={timeZone} />
      </Around>{' '}
      {before?.lastSeen !== undefined && end.quality === 'observed' && (
        <Around
          text={t('app-job.card.before', 'Before that, it was last seen {{state}} at {{at}}.', {
            state: before.state.toUpperCase(),
            at: PLACE,
          })}
        >
          <Moment at={before.lastSeen} timeZone={timeZone} />
        </Around>
      )}
      {end.quality === 'at least' &&
        t('app-job.card.ended-earlier', 'Nobody looked before that: it may have ended earlier.')}
    </p>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  name: css({ fontSize: theme.typography.h3.fontSize }),
  state: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1),
    fontSize: theme.typography.h4.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    alignContent: 'start',
    alignItems: 'baseline',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    fontVariantNumeric: 'tabular-nums',
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere', minWidth: 0 },
  }),
  id: css({ fontFamily: theme.typography.fontFamilyMonospace, overflowWrap: 'anywhere' }),
  link: css({ color: theme.colors.text.link, textDecoration: 'underline', overflowWrap: 'anywhere' }),
  small: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
