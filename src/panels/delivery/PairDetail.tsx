import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { IconButton, useStyles2 } from '@grafana/ui';
import React, { useId, type KeyboardEvent, type ReactNode, type Ref } from 'react';

import { t } from '../../i18n/text';
import { useTick } from '../../jobs/clock';
import { Countdown, describeRest } from '../../jobs/Countdown';
import { describeQuality, formatAge, formatSince } from '../../model/age';
import { type DeliveryAnswer, type PairRow } from '../../model/delivery';
import { serverNow } from '../../model/freshness';
import { ForeignText } from '../../model/ForeignText';
import { formatNumber, formatRatio, notExposed } from '../../model/numbers';
import { SENTENCE } from '../../model/text';
import { formatMoment } from '../../model/time';
import { fillOf, formatBracket, formatBytes } from './figures';
import { levelOf, SYMBOLS, wordOf } from './levels';
import { type DeliveryOptions } from './options';
import { deadlineOf, pairName } from './sentences';

interface Props {
  pair: PairRow;
  answer: DeliveryAnswer;
  receivedAt: number;
  present: boolean;
  options: DeliveryOptions;
  timeZone: TimeZone;
  /** Gets the focus on demand. */
  region: Ref<HTMLDivElement>;
  /** Beside the matrix, and not over its lower end. */
  isBeside: boolean;
  maxHeight: number;
  onClose(): void;
}

/** All that is known of one pair, what is not known and why, and what to do. */
export function PairDetail({
  pair,
  answer,
  receivedAt,
  present,
  options,
  timeZone,
  region,
  isBeside,
  maxHeight,
  onClose,
}: Props) {
  const styles = useStyles2(getStyles);
  const headingId = useId();
  const now = useTick();
  const { answeredAt } = answer;
  const time = serverNow(answeredAt, receivedAt, now);
  const level = levelOf(pair, options, present ? time : (answeredAt ?? receivedAt));
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div
      ref={region}
      role="region"
      aria-labelledby={headingId}
      tabIndex={-1}
      className={cx(styles.region, isBeside ? styles.beside : styles.below)}
      style={{ maxHeight }}
      onKeyDown={closeByKey}
    >
      <div className={styles.head}>
        <h3 id={headingId} className={styles.heading}>
          {pairName(pair)}
        </h3>
        <IconButton name="times" aria-label={t('panels.detail.close', 'Close the detail')} onClick={onClose} />
      </div>
      <p className={styles.state}>
        <span aria-hidden="true">{present ? SYMBOLS[level] : SYMBOLS['not seen']}</span>{' '}
        {present
          ? wordOf(pair, level)
          : t('panels.delivery.unknown-last-seen', 'UNKNOWN, last seen: {{word}}', { word: wordOf(pair, level) })}
        {pair.certainty && ` (${pair.certainty})`}
        {pair.outlook && `: ${pair.outlook}`}
      </p>
      {pair.advice && (
        <p className={styles.advice}>
          <strong>{t('panels.detail.advice', 'Advice:')}</strong>{' '}
          <ForeignText text={pair.advice} characters={SENTENCE} expandable />
        </p>
      )}
      <dl className={cx(styles.facts, !isBeside && styles.wide)}>
        {pair.lostSince !== undefined && (
          <Fact name={t('panels.detail.lost', 'Lost')}>
            {formatSince(pair.lostSince, pair.lostSinceQuality, timeZone)}
            {pair.lostSinceQuality && <Note>{sinceNote(pair)}</Note>}
          </Fact>
        )}
        {pair.deadline !== undefined && (
          <Fact name={t('panels.detail.deadline', 'Deadline')}>
            <Countdown
              deadline={pair.deadline}
              answeredAt={answeredAt}
              receivedAt={receivedAt}
              present={present}
              timeZone={timeZone}
            />
            <Note>
              {present && `${formatMoment(pair.deadline, timeZone)}: `}
              {deadlineOf(pair)}
            </Note>
          </Fact>
        )}
        <Rest
          name={t('panels.detail.overflow', 'Overflow')}
          seconds={pair.overflowInSeconds}
          {...{ present, answeredAt, receivedAt }}
        />
        <Rest
          name={t('panels.detail.inbound-release', 'Inbound release')}
          seconds={pair.inboundLeftSeconds}
          {...{ present, answeredAt, receivedAt }}
        />
        <Fact name={t('panels.detail.fill', 'Buffer fill')}>
          {pair.estimate && fillOf(pair) !== undefined && '≈ '}
          {exposed(fillOf(pair), formatRatio)}
          {pair.limit !== undefined && (
            <Note>{t('panels.detail.of-events', 'of {{limit}} events', { limit: formatNumber(pair.limit) })}</Note>
          )}
        </Fact>
        <Fact name={t('panels.detail.sent', 'Sent since the loss')}>
          {pair.sentSinceLoss === undefined
            ? level === 'well'
              ? t('panels.detail.nothing-lost', 'nothing is lost')
              : level === 'gone'
                ? t('panels.detail.loss-over', 'not told any more: the loss is over')
                : notExposed()
            : t('panels.detail.events', '{{events}} events', {
                events: `${pair.estimate ? '≈ ' : ''}${formatBracket(pair.sentSinceLossLeast, pair.sentSinceLoss)}`,
              })}
          {pair.estimate && <Note>{t('panels.detail.estimate', 'an estimate from finished jobs')}</Note>}
        </Fact>
        {pair.sentBytes !== undefined && (
          <Fact name={t('panels.detail.size', 'Buffer size')}>{formatBytes(pair.sentBytes)}</Fact>
        )}
        <Fact name={t('panels.detail.undelivered', 'Undelivered')}>{exposed(pair.undelivered, formatNumber)}</Fact>
        <Fact name={t('panels.detail.held', 'Held by the peer')}>
          {exposed(pair.inboundHeld, formatNumber)}
          {pair.inboundHeld !== undefined && (
            <Note>{t('panels.detail.held-where', 'in its inbound buffer, from all senders')}</Note>
          )}
        </Fact>
        <Fact name={t('panels.detail.releases', 'Inbound releases')}>
          {level === 'not seen' && pair.releases === 0
            ? notExposed()
            : t('panels.detail.releases-seen', '{{releases}} seen', { releases: formatNumber(pair.releases) })}
        </Fact>
        {pair.executionsLeft !== undefined && (
          <Fact name={t('panels.detail.executions', 'Executions that still fit')}>
            {formatNumber(pair.executionsLeft)}
            <Note>{t('panels.detail.one-phase', 'of one phase each')}</Note>
          </Fact>
        )}
        <Fact name={t('panels.detail.started', 'Sender started')}>
          {pair.nodeStarted === undefined ? notExposed() : formatMoment(pair.nodeStarted, timeZone)}
        </Fact>
      </dl>
      {pair.notExposed && (
        <p className={styles.note}>
          <strong>{t('panels.detail.not-exposed', 'Not exposed:')}</strong>{' '}
          <ForeignText text={pair.notExposed} characters={SENTENCE} expandable />
        </p>
      )}
    </div>
  );
}

/** The quality in words of a loss: those of an age speak of a job. */
function sinceNote({ lostSinceQuality }: PairRow): string {
  return lostSinceQuality === 'at least'
    ? t('panels.detail.lost-at-least', 'It was already lost at the first look, or nobody was looking when it began.')
    : describeQuality(lostSinceQuality);
}

function exposed(figure: number | undefined, format: (figure: number) => string): string {
  return figure === undefined ? notExposed() : format(figure);
}

interface RestProps {
  name: string;
  /** What was left when the server answered. */
  seconds: number | undefined;
  present: boolean;
  answeredAt: number | undefined;
  receivedAt: number;
}

/** The time left to one of the two limits; nothing where it does not apply. */
function Rest({ name, seconds, present, receivedAt }: RestProps) {
  const now = useTick();
  if (seconds === undefined) {
    return null;
  }
  const passed = present ? Math.max(0, now - receivedAt) / 1000 : 0;
  return (
    <Fact name={name}>
      {present
        ? describeRest(seconds - passed)
        : t('panels.detail.as-foretold', 'in {{time}}, as last foretold', { time: formatAge(seconds) })}
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Note({ children }: { children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return <div className={styles.note}>{children}</div>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  region: css({
    padding: theme.spacing(1, 1.5),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    overflowWrap: 'anywhere',
    fontVariantNumeric: 'tabular-nums',
    '&:focus': { outline: `2px solid ${theme.colors.primary.text}`, outlineOffset: -2 },
  }),
  // It stays in sight while the panel is scrolled.
  beside: css({ position: 'sticky', top: theme.spacing(1), overflow: 'auto' }),
  below: css({
    position: 'sticky',
    bottom: 0,
    zIndex: 4,
    overflow: 'auto',
    border: `1px solid ${theme.colors.border.medium}`,
    boxShadow: theme.shadows.z2,
  }),
  head: css({ display: 'flex', justifyContent: 'space-between', alignItems: 'start', gap: theme.spacing(1) }),
  heading: css({ fontSize: theme.typography.h5.fontSize, margin: 0 }),
  state: css({ margin: theme.spacing(0.5, 0), fontWeight: theme.typography.fontWeightMedium }),
  advice: css({ margin: theme.spacing(0.5, 0) }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(100px, max-content) 1fr',
    gap: theme.spacing(0.5, 1.5),
    margin: theme.spacing(1, 0),
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0 },
  }),
  wide: css({ gridTemplateColumns: 'repeat(2, minmax(100px, max-content) 1fr)' }),
  note: css({ margin: 0, color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
