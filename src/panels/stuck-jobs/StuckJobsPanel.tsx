import { css } from '@emotion/css';
import { LoadingState, type DataFrame, type GrafanaTheme2, type PanelData, type PanelProps } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { Alert, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { ActionDialog } from '../../actions/ActionDialog';
import { type Target } from '../../actions/states';
import { useActionDialog } from '../../actions/useActionDialog';
import { sourceOf, targetOf } from '../../api/panelSources';
import { type Source } from '../../api/sources';
import { t } from '../../i18n/text';
import { type SupportAnswer } from '../../jobs/availability';
import { Ticking } from '../../jobs/clock';
import { QueryErrors, useReceivedAt } from '../../jobs/panelData';
import { isPersonSignedIn } from '../../jobs/viewer';
import { NotJobsError, readJobs, type JobsAnswer } from '../../model/jobs';
import { CoordinatorJobs } from './CoordinatorJobs';
import { type StuckJobsOptions } from './options';
import { mayLeaveOutStuck } from './statements';
import { useSupport } from './useSupport';

type Props = Pick<
  PanelProps<StuckJobsOptions>,
  'data' | 'options' | 'width' | 'height' | 'timeZone' | 'replaceVariables'
>;

/** Jobs that hang, oldest first, with the guarded cancel and force stop. */
export function StuckJobsPanel({ data, options, width, height, timeZone, replaceVariables }: Props) {
  const styles = useStyles2(getStyles);
  const { open, dialog } = useActionDialog(ActionDialog, timeZone);
  const lists = useMemo(() => data.series.map((frame) => readList(frame, data)), [data]);
  const receivedAt = useReceivedAt(data);
  const withActions = options.showActions && isPersonSignedIn();
  const uids = useMemo(
    () => (withActions ? Array.from(new Set(lists.flatMap(({ source }) => source?.uid ?? []))) : []),
    [withActions, lists]
  );
  const support = useSupport(uids, data.series);
  return (
    <div className={styles.panel} style={{ width, height }}>
      <QueryErrors data={data} title={t('panels.stuck-jobs.not-read', 'The jobs could not be read')} />
      <Ticking>
        {lists.map((list, index) => (
          <List
            key={`${list.refId} ${index}`}
            list={list}
            several={lists.length > 1}
            receivedAt={receivedAt}
            options={options}
            timeZone={timeZone}
            interpolate={replaceVariables}
            support={withActions ? support : undefined}
            open={open}
          />
        ))}
      </Ticking>
      {lists.length === 0 && <Nothing data={data} />}
      {dialog}
    </div>
  );
}

interface ListOfJobs {
  refId: string;
  source?: Source;
  /** The query that the frame answers. */
  query?: DataQuery;
  answer: JobsAnswer | NotJobsError;
}

function readList(frame: DataFrame, data: PanelData): ListOfJobs {
  const base = {
    refId: frame.refId ?? '',
    source: sourceOf(frame, data),
    query: targetOf(frame, data),
  };
  try {
    return { ...base, answer: readJobs(frame) };
  } catch (error) {
    if (error instanceof NotJobsError) {
      return { ...base, answer: error };
    }
    throw error;
  }
}

const NOT_YET: SupportAnswer = { known: 'not yet' };

interface ListProps {
  list: ListOfJobs;
  several: boolean;
  receivedAt: number;
  options: StuckJobsOptions;
  timeZone: string;
  /** Puts template variables into a text. */
  interpolate(text: string): string;
  /** Absent where no buttons are shown. */
  support?: ReadonlyMap<string, SupportAnswer>;
  open(target: Target): void;
}

function List({ list, several, receivedAt, options, timeZone, interpolate, support, open }: ListProps) {
  const uid = list.source?.uid;
  const known = uid === undefined ? undefined : support?.get(uid);
  if (list.answer instanceof NotJobsError) {
    return <Alert severity="error" title={list.answer.message} />;
  }
  return (
    <CoordinatorJobs
      answer={list.answer}
      receivedAt={receivedAt}
      heading={several ? (list.source?.name ?? list.refId) : undefined}
      filtered={mayLeaveOutStuck(list.query, interpolate, known?.known === 'yes' ? known.support.kind : undefined)}
      timeZone={timeZone}
      showNodes={options.showNodes}
      showFinding={options.showFinding}
      uid={uid}
      support={uid === undefined ? undefined : (known ?? NOT_YET)}
      open={support && open}
    />
  );
}

function Nothing({ data }: { data: PanelData }) {
  switch (data.state) {
    case LoadingState.NotStarted:
    case LoadingState.Loading:
      return <LoadingPlaceholder text={t('panels.stuck-jobs.reading', 'Reading the jobs…')} />;
    case LoadingState.Error:
      return null;
    default:
      return (
        <Alert severity="info" title={t('panels.stuck-jobs.nothing', 'This panel got no list of jobs')}>
          {t('panels.stuck-jobs.choose', 'Choose an Unjam coordinator as its data source and "Jobs" as query type.')}
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
