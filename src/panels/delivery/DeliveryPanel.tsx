import { css } from '@emotion/css';
import { LoadingState, type DataFrame, type GrafanaTheme2, type PanelData, type PanelProps } from '@grafana/data';
import { Alert, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { sourceOf, targetOf } from '../../api/panelSources';
import { t } from '../../i18n/text';
import { Ticking } from '../../jobs/clock';
import { QueryErrors, useReceivedAt } from '../../jobs/panelData';
import { NotDeliveryError, readDelivery, type DeliveryAnswer } from '../../model/delivery';
import { CoordinatorDelivery } from './CoordinatorDelivery';
import { layoutOf } from './layout';
import { type DeliveryOptions } from './options';

type Props = Pick<PanelProps<DeliveryOptions>, 'data' | 'options' | 'width' | 'height' | 'timeZone'>;

/** How events get from node to node: what waits, what is lost, and until when it can be saved. */
export function DeliveryPanel({ data, options, width, height, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const answers = useMemo(() => data.series.map((frame) => readAnswer(frame, data)), [data]);
  const receivedAt = useReceivedAt(data);
  return (
    <div className={styles.panel} style={{ width, height, scrollPaddingBottom: layoutOf(width, height, 0).covered }}>
      <QueryErrors data={data} title={t('panels.delivery.not-read', 'The event delivery could not be read')} />
      <Ticking>
        {answers.map(({ refId, name, uid, lostOnly, byNode, answer }, index) =>
          answer instanceof NotDeliveryError ? (
            <Alert key={`${refId} ${index}`} severity="error" title={answer.message} />
          ) : (
            <CoordinatorDelivery
              key={`${refId} ${index}`}
              answer={answer}
              receivedAt={receivedAt}
              heading={answers.length > 1 ? name || refId : undefined}
              uid={uid}
              lostOnly={lostOnly}
              byNode={byNode}
              options={options}
              timeZone={timeZone}
              width={width}
              height={height}
            />
          )
        )}
      </Ticking>
      {answers.length === 0 && <Nothing data={data} />}
    </div>
  );
}

interface Answer {
  refId: string;
  /** Of the data source; empty when the panel cannot tell. */
  name: string;
  uid: string | undefined;
  /** What the query leaves out. */
  lostOnly: boolean;
  byNode: boolean;
  answer: DeliveryAnswer | NotDeliveryError;
}

function readAnswer(frame: DataFrame, data: PanelData): Answer {
  const { lostOnly, nodes }: Record<string, unknown> = { ...targetOf(frame, data) };
  const source = sourceOf(frame, data);
  const base = {
    refId: frame.refId ?? '',
    name: source?.name ?? '',
    uid: source?.uid,
    lostOnly: lostOnly === true,
    byNode: Array.isArray(nodes) && nodes.length > 0,
  };
  try {
    return { ...base, answer: readDelivery(frame) };
  } catch (error) {
    if (error instanceof NotDeliveryError) {
      return { ...base, answer: error };
    }
    throw error;
  }
}

function Nothing({ data }: { data: PanelData }) {
  switch (data.state) {
    case LoadingState.NotStarted:
    case LoadingState.Loading:
      return <LoadingPlaceholder text={t('panels.delivery.reading', 'Reading the event delivery…')} />;
    case LoadingState.Error:
      return null;
    default:
      return (
        <Alert severity="info" title={t('panels.delivery.nothing', 'This panel got no event delivery')}>
          {t('panels.delivery.choose', 'Choose an Unjam coordinator as its data source and "Delivery" as query type.')}
        </Alert>
      );
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({
    position: 'relative',
    overflow: 'auto',
    background: theme.colors.background.primary,
  }),
});
