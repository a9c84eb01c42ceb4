import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { Around, PLACE } from '../../i18n/Around';
import { t } from '../../i18n/text';
import { Countdown } from '../../jobs/Countdown';
import { type DeadlineOf, type DeliveryAnswer, type PairRow, type RestartLoss } from '../../model/delivery';
import { ForeignText } from '../../model/ForeignText';
import { type JobNode, type Relative } from '../../model/job';
import { formatNumber, formatRatio, notExposed } from '../../model/numbers';
import { inertName, SENTENCE } from '../../model/text';
import { Moment } from '../Moment';
import { Table } from '../Table';
import { deliveryOf } from './deliveries';
import { Part } from './Part';
import { qualityWord } from './qualities';

/** Stands where there is no deadline. */
const NONE = '–';

interface Props {
  id: string;
  answer: DeliveryAnswer;
  nodes: JobNode[];
  relatives: Relative[];
  present: boolean;
  receivedAt: number;
  timeZone: TimeZone;
}

/** Whether events get through between the job's nodes, until when waiting helps, and what a restart would lose. */
export function Deliveries({ id, answer, nodes, relatives, present, receivedAt, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const { pairs, elsewhere, losses } = deliveryOf(answer, id, nodes, relatives);
  return (
    <Part title={t('app-job.delivery.title', 'Events between its nodes')}>
      {!answer.exposed && (
        <p>
          {t('app-job.delivery.not-exposed', 'It is not known whether events get through.')}{' '}
          <ForeignText text={answer.exposedReason} characters={SENTENCE} />
        </p>
      )}
      {answer.exposed && pairs.length === 0 && <p>{quietSentence(answer, present)}</p>}
      {pairs.length > 0 && (
        <Table
          caption={t(
            'app-job.delivery.caption',
            'Pairs of nodes between which events do not get through, or were lost'
          )}
          headers={[
            t('app-job.delivery.pair', 'From → to'),
            t('app-job.delivery.state', 'State'),
            t('app-job.delivery.fill', 'Sent events buffer'),
            t('app-job.delivery.undelivered', 'Undelivered'),
            t('app-job.delivery.deadline', 'Deadline'),
            t('app-job.delivery.advice', 'What to do'),
          ]}
        >
          {pairs.map((pair) => (
            <tr key={`${pair.node} ${pair.peer}`}>
              <td>{pairName(pair)}</td>
              <td>
                {pair.outcome || pair.reach}
                {pair.certainty !== '' && ` (${pair.certainty})`}
                {pair.lostSince !== undefined && (
                  <div className={styles.small}>
                    <Around
                      text={t('app-job.delivery.since', 'since {{at}} ({{how}})', {
                        at: PLACE,
                        how: qualityWord(pair.lostSinceQuality),
                      })}
                    >
                      <Moment at={pair.lostSince} timeZone={timeZone} />
                    </Around>
                  </div>
                )}
              </td>
              <td>
                <Fill pair={pair} />
              </td>
              <td>{figureOf(pair.undelivered)}</td>
              <td>
                {pair.deadline === undefined ? (
                  NONE
                ) : (
                  <>
                    <Countdown
                      deadline={pair.deadline}
                      answeredAt={answer.answeredAt}
                      receivedAt={receivedAt}
                      present={present}
                      timeZone={timeZone}
                    />
                    <div className={styles.small}>{deadlineWord(pair.deadlineOf)}</div>
                  </>
                )}
              </td>
              <td>
                <ForeignText text={pair.advice} characters={SENTENCE} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {elsewhere > 0 && (
        <p>
          {t('app-job.delivery.elsewhere', 'Pairs of other nodes in trouble: {{number}}.', {
            number: formatNumber(elsewhere),
          })}
        </p>
      )}
      {losses.length > 0 && (
        <>
          <h3>{t('app-job.restart.title', 'Before you restart a node')}</h3>
          <ul className={styles.list}>
            {losses.map((loss) => (
              <li key={loss.node}>{restartSentence(loss, id)}</li>
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}

function pairName({ node, peer }: PairRow): string {
  return `${inertName(node)} → ${inertName(peer)}`;
}

/** Good news only where all of it is seen. */
function quietSentence({ complete }: DeliveryAnswer, present: boolean): string {
  if (!present || !complete) {
    return t('app-job.delivery.unseen', 'It is not known whether events get through: not everything is seen.');
  }
  return t('app-job.delivery.well', 'No event is known to be lost or to wait between them.');
}

/** How full the buffer is. */
function Fill({ pair: { fillRatio, limit, sentSinceLoss, estimate } }: { pair: PairRow }) {
  const styles = useStyles2(getStyles);
  if (fillRatio === undefined) {
    return <>{notExposed()}</>;
  }
  return (
    <>
      {formatRatio(fillRatio)}
      {estimate && ` (${t('app-job.delivery.estimate', 'estimate')})`}
      <div className={styles.track} aria-hidden="true">
        <div className={styles.fill} style={{ width: `${Math.min(100, fillRatio * 100)}%` }} />
      </div>
      {sentSinceLoss !== undefined && limit !== undefined && (
        <div className={styles.small}>
          {formatNumber(sentSinceLoss)} / {formatNumber(limit)}
        </div>
      )}
    </>
  );
}

function figureOf(figure: number | undefined): string {
  return figure === undefined ? notExposed() : formatNumber(figure);
}

function deadlineWord(of: DeadlineOf): string {
  switch (of) {
    case 'overflow':
      return t('app-job.delivery.overflow', 'then the sent events buffer overflows');
    case 'inbound timeout':
      return t('app-job.delivery.inbound', 'then the inbound events buffer is released');
    case '':
      return '';
  }
}

/** What a restart of a node would lose for good. */
function restartSentence({ node, events, parents }: RestartLoss, id: string): string {
  const values = {
    node: inertName(node),
    events: events === undefined ? '' : formatNumber(events),
    parents: formatNumber(parents.length),
  };
  const lost =
    events === undefined
      ? t('app-job.restart.unknown', '{{node}}: a restart loses an unknown number of events.', values)
      : t('app-job.restart.events', '{{node}}: a restart loses {{events}} events for good.', values);
  if (parents.includes(id)) {
    return `${lost} ${t('app-job.restart.this', 'This job would wait for ever. Parents that would: {{parents}}.', values)}`;
  }
  return parents.length === 0
    ? lost
    : `${lost} ${t('app-job.restart.parents', 'Parents that would wait for ever: {{parents}}.', values)}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ margin: 0, paddingLeft: theme.spacing(2.5), overflowWrap: 'anywhere' }),
  small: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  track: css({
    height: 4,
    minWidth: 60,
    background: theme.colors.border.medium,
    borderRadius: theme.shape.radius.default,
  }),
  fill: css({ height: 4, background: theme.colors.warning.main, borderRadius: theme.shape.radius.default }),
});
