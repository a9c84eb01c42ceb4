import { css } from '@emotion/css';
import { getTimeZone, type GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { type TimeZone } from '@grafana/schema';
import { Alert, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { lazy, useMemo } from 'react';

import { useActionDialog } from '../../actions/useActionDialog';
import { describeFailure } from '../../api/failure';
import { type JobReading } from '../../api/job';
import { findSource, type Source } from '../../api/sources';
import { type Support } from '../../api/types';
import { Around, PLACE } from '../../i18n/Around';
import { t } from '../../i18n/text';
import { type SupportAnswer } from '../../jobs/availability';
import { Ticking, useTick } from '../../jobs/clock';
import { type JobAddress } from '../../jobs/jobPage';
import { isPersonSignedIn } from '../../jobs/viewer';
import { ForeignText } from '../../model/ForeignText';
import { SENTENCE } from '../../model/text';
import { Guarded } from '../Guarded';
import { Moment } from '../Moment';
import { usePageSearch } from '../pageAddress';
import { isOfPresent, type Kept } from '../refresh';
import { useDismissDialog } from '../useDismissDialog';
import { ActButtons } from './ActButtons';
import { Acts } from './Acts';
import { readAddress, readRange, spanOf, type RawRange } from './address';
import { Deliveries } from './Deliveries';
import { Family } from './Family';
import { JobCard } from './JobCard';
import { useJob, useJobEvents, type Bounds, type JobKnown } from './jobState';
import { Nodes } from './Nodes';
import { AnotherJob, NoSource, NotFound } from './NotFound';
import { Part } from './Part';
import { standingOf, type Standing } from './standing';
import { barsOf } from './timeline/bars';
import { RangeChoice } from './timeline/RangeChoice';
import { Timeline } from './timeline/Timeline';
import { Verdict } from './Verdict';

const ActionDialog = lazy(() =>
  import('../../actions/ActionDialog').then((module) => ({ default: module.ActionDialog }))
);

/** One job for whoever was woken by it: how it stands, why, whether waiting helps, and what can be done. */
export function JobPage() {
  const search = usePageSearch();
  const address = useMemo(() => readAddress(search), [search]);
  const raw = useMemo(() => readRange(search), [search]);
  const source = useMemo(() => address && findSource({ uid: address.uid }), [address]);
  return (
    <PluginPage pageNav={{ text: t('app-job.page.title', 'Job') }}>
      <Ticking>
        {address && source ? (
          <Job address={{ ...address, uid: source.uid }} source={source} raw={raw} />
        ) : (
          <NoSource address={address} />
        )}
      </Ticking>
    </PluginPage>
  );
}

interface JobProps {
  address: JobAddress;
  source: Source;
  raw: RawRange | undefined;
}

function Job({ address, source, raw }: JobProps) {
  const styles = useStyles2(getStyles);
  const timeZone = getTimeZone();
  const known = useJob(address);
  const { open, dialog } = useActionDialog(ActionDialog, timeZone);
  const { dismiss, dialog: dismissDialog } = useDismissDialog();
  return (
    <>
      <div className={styles.stack}>
        <Guarded what={t('app-job.page.what', 'The job')} occasion={known.job}>
          <Shown
            known={known}
            address={address}
            source={source}
            raw={raw}
            open={open}
            dismiss={dismiss}
            timeZone={timeZone}
          />
        </Guarded>
      </div>
      {dialog}
      {dismissDialog}
    </>
  );
}

interface ShownProps extends JobProps {
  known: JobKnown;
  open: ReturnType<typeof useActionDialog>['open'];
  dismiss: ReturnType<typeof useDismissDialog>['dismiss'];
  timeZone: TimeZone;
}

function Shown({ known, address, source, raw, open, dismiss, timeZone }: ShownProps) {
  const styles = useStyles2(getStyles);
  const now = useTick();
  const { value, receivedAt, failure } = known.job;
  const { id, createTime } = address;
  const standing = useMemo(
    () => value && standingOf(value, { uid: source.uid, id, createTime }),
    [value, source.uid, id, createTime]
  );
  const bounds = useMemo(() => boundsOf(standing, known.job), [standing, known.job]);
  const events = useJobEvents(address, raw, bounds);
  const isPresent = isOfPresent(known.job, known.job.value?.jobs, now);
  if (!value || !standing || receivedAt === undefined) {
    return failure ? (
      <Alert severity="error" title={t('app-job.page.not-read', 'The job could not be read')}>
        <ForeignText text={describeFailure(failure)} characters={SENTENCE} expandable />
      </Alert>
    ) : (
      <LoadingPlaceholder text={t('app-job.page.reading', 'Reading the job…')} />
    );
  }
  const { past } = value;
  const notices = <Notices job={known.job} isPresent={isPresent} timeZone={timeZone} />;
  if (standing.is === 'not found') {
    return (
      <>
        {notices}
        <NotFound
          address={address}
          coordinator={source.name}
          pastNotKnown={past?.pastNotKnown ?? ''}
          present={isPresent}
        />
        <Trail known={known} id={id} timeZone={timeZone} />
      </>
    );
  }
  if (standing.is === 'another') {
    return (
      <>
        {notices}
        <AnotherJob address={address} createTimes={standing.createTimes} />
        <Trail known={known} id={id} timeZone={timeZone} />
      </>
    );
  }
  const name = standing.is === 'open' ? standing.row.name : (standing.episodes.at(-1)?.name ?? '');
  return (
    <>
      {notices}
      <div className={styles.columns}>
        <Guarded what={t('app-job.page.card', 'The card of the job')} occasion={known.job}>
          <JobCard
            uid={source.uid}
            id={id}
            standing={standing}
            coordinator={source.name}
            present={isPresent}
            receivedAt={receivedAt}
            link={past?.link ?? ''}
            timeZone={timeZone}
          />
        </Guarded>
        {standing.is === 'open' && (
          <div className={styles.stack}>
            <Guarded what={t('app-job.page.verdict', 'The verdict')} occasion={known.job}>
              <Verdict
                row={standing.row}
                answer={standing.answer}
                present={isPresent && (standing.row.listed || standing.row.state === 'lost')}
                receivedAt={receivedAt}
                timeZone={timeZone}
              />
            </Guarded>
            {isPersonSignedIn() && (
              <Guarded what={t('app-job.page.buttons', 'What you can do')} occasion={known.support}>
                <ActButtons
                  uid={source.uid}
                  row={standing.row}
                  support={supportAnswer(known.support)}
                  open={open}
                  present={isPresent}
                  dismiss={dismiss}
                />
              </Guarded>
            )}
          </div>
        )}
      </div>
      <Guarded what={t('app-job.page.timeline', 'The timeline')} occasion={events}>
        <Course standing={standing} job={known.job} bounds={bounds} raw={raw} events={events} timeZone={timeZone} />
      </Guarded>
      {past && (
        <div className={styles.columns}>
          <Guarded what={t('app-job.page.nodes', 'Where it runs')} occasion={known.job}>
            <Nodes
              nodes={past.nodes}
              notKnown={past.nodesNotKnown}
              open={standing.is === 'open'}
              present={isPresent}
              timeZone={timeZone}
            />
          </Guarded>
          {past.relatives.length > 0 && (
            <Guarded what={t('app-job.page.family', 'Its relatives')} occasion={known.job}>
              <Family
                uid={source.uid}
                name={name}
                relatives={past.relatives}
                moreEnded={past.moreEnded}
                present={isPresent}
                timeZone={timeZone}
              />
            </Guarded>
          )}
        </div>
      )}
      {value.delivery && standing.is === 'open' && (
        <Guarded what={t('app-job.page.delivery', 'The event delivery')} occasion={known.job}>
          <Deliveries
            id={id}
            answer={value.delivery}
            nodes={past?.nodes ?? []}
            relatives={past?.relatives ?? []}
            present={isPresent}
            receivedAt={receivedAt}
            timeZone={timeZone}
          />
        </Guarded>
      )}
      <Trail known={known} id={id} timeZone={timeZone} />
    </>
  );
}

/** What was done about the job, also about one that nothing else is known of. */
function Trail({ known, id, timeZone }: { known: JobKnown; id: string; timeZone: TimeZone }) {
  return (
    <Guarded what={t('app-job.page.deeds', 'What was done')} occasion={known}>
      <Acts
        id={id}
        acts={known.job.value?.acts}
        support={known.support}
        audit={known.audit}
        aftermath={known.aftermath}
        timeZone={timeZone}
      />
    </Guarded>
  );
}

/** As of when all this is, and what is wrong with it. */
function Notices({ job, isPresent, timeZone }: { job: Kept<JobReading>; isPresent: boolean; timeZone: TimeZone }) {
  const { value, failure } = job;
  const asOf = value?.jobs?.asOf ?? value?.past?.asOf;
  const sentences = [
    ...(failure ? [describeFailure(failure)] : []),
    ...(value?.failures ?? []),
    ...(value?.warnings ?? []),
  ];
  const pastNotKnown = value?.past?.pastNotKnown;
  return (
    <>
      {(!isPresent || sentences.length > 0) && (
        <Alert
          severity={isPresent ? 'warning' : 'error'}
          title={
            isPresent
              ? t('app-job.page.in-part', 'Not all of this is known')
              : t('app-job.page.blind', 'UNKNOWN: what is shown is how it was when it was last seen')
          }
        >
          {Array.from(new Set(sentences)).map((sentence) => (
            <p key={sentence}>
              <ForeignText text={sentence} characters={SENTENCE} expandable />
            </p>
          ))}
        </Alert>
      )}
      <p>
        {asOf === undefined ? (
          t('app-job.page.never', 'The coordinator has not been read completely yet.')
        ) : (
          <Around text={t('app-job.page.as-of', 'As of {{at}}.', { at: PLACE })}>
            <Moment at={asOf} timeZone={timeZone} showZone />
          </Around>
        )}
        {pastNotKnown ? ` ${t('app-job.page.no-past', 'Only the present is known.')} ` : ''}
        {pastNotKnown && <ForeignText text={pastNotKnown} characters={SENTENCE} />}
      </p>
    </>
  );
}

interface CourseProps {
  standing: Extract<Standing, { is: 'open' | 'ended' | 'last seen' }>;
  job: Kept<JobReading>;
  bounds: Bounds | undefined;
  raw: RawRange | undefined;
  events: ReturnType<typeof useJobEvents>;
  timeZone: TimeZone;
}

/** What led to how the job stands: its states, and what happened beside. */
function Course({ standing, job, bounds, raw, events, timeZone }: CourseProps) {
  const { value, receivedAt = 0 } = job;
  const ahead = bounds?.ahead ?? 0;
  // It moves with the answers, and not with each second.
  const span = useMemo(
    () => spanOf(raw, bounds?.begin, bounds?.end, receivedAt + ahead),
    [raw, bounds?.begin, bounds?.end, receivedAt, ahead]
  );
  const isBlind = value?.jobs ? value.jobs.blind : (value?.past?.blind ?? true);
  const seenUntil = isBlind ? (value?.jobs?.asOf ?? value?.past?.asOf ?? span.from) : undefined;
  const bars = useMemo(() => barsOf(standing.episodes, span, seenUntil), [standing.episodes, span, seenUntil]);
  const { ofJob, ofCluster, failures = [] } = events.value ?? {};
  const isCut = ofJob?.cut || ofCluster?.cut || value?.past?.cut;
  return (
    <Part title={t('app-job.timeline.title', 'What happened')} aside={<RangeChoice raw={raw} span={span} />}>
      <Timeline
        span={span}
        bars={bars}
        ofJob={ofJob?.rows ?? NONE}
        ofCluster={ofCluster?.rows ?? NONE}
        timeZone={timeZone}
      />
      {!events.value && !events.failure && (
        <LoadingPlaceholder text={t('app-job.timeline.asking', 'Reading what happened…')} />
      )}
      {[...(events.failure ? [describeFailure(events.failure)] : []), ...failures].map((sentence) => (
        <p key={sentence}>
          {t('app-job.timeline.not-read', 'Not all events could be read.')}{' '}
          <ForeignText text={sentence} characters={SENTENCE} expandable />
        </p>
      ))}
      {isCut && (
        <p>{t('app-job.timeline.cut', 'There is more in this range than is shown: the oldest is left out.')}</p>
      )}
    </Part>
  );
}

/** One and the same empty list, so that nothing is worked out anew for it. */
const NONE: [] = [];

/** What bounds the timeline by itself, as soon as it is known how the job stands. */
function boundsOf(standing: Standing | undefined, { value, receivedAt }: Kept<JobReading>): Bounds | undefined {
  if (!standing || receivedAt === undefined) {
    return undefined;
  }
  const answeredAt = value?.jobs?.answeredAt ?? value?.past?.answeredAt;
  const ahead = answeredAt === undefined ? 0 : answeredAt - receivedAt;
  switch (standing.is) {
    case 'open':
      return { begin: standing.row.since, ahead };
    case 'ended':
      // What it went through before it ended, and the end.
      return { begin: standing.episodes.at(-2)?.since ?? standing.end.since, end: standing.end.since, ahead };
    case 'last seen':
      return { begin: standing.last.since, end: standing.last.until, ahead };
    default:
      return undefined;
  }
}

function supportAnswer({ value, failure }: Kept<Support>): SupportAnswer {
  if (failure) {
    return { known: 'no', failure };
  }
  return value ? { known: 'yes', support: value } : { known: 'not yet' };
}

const getStyles = (theme: GrafanaTheme2) => ({
  columns: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 440px), 1fr))',
    alignItems: 'start',
    gap: theme.spacing(2),
  }),
  stack: css({ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: theme.spacing(2) }),
});
