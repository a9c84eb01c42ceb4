import { getTimeZone } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';

import { DismissSession, type LostJob } from '../../actions/dismissal';
import { type Present } from '../../actions/differences';
import { rememberFocus } from '../../actions/focus';
import { ReviewSession } from '../../actions/reviewSession';
import { t } from '../../i18n/text';
import { coordinatorClient } from '../../api/client';
import { type Source } from '../../api/sources';
import { type Approval } from '../../api/types';

// They are loaded when somebody decides, and not with every look at the page.
const ReviewDialog = lazy(() => import('../../actions/ReviewDialog'));
const DismissDialog = lazy(() => import('../../actions/DismissDialog'));

type Opened =
  { what: 'review'; uid: string; session: ReviewSession } | { what: 'dismiss'; uid: string; session: DismissSession };

interface Dialogs {
  review(source: Source, approval: Approval): void;
  dismiss(source: Source, job: LostJob): void;
  /** The open dialog, to be rendered somewhere that stays while it is open; null while none is. */
  dialog: ReactNode;
}

/**
 * The dialogs of the overview that are no acts on a coordinator's job.
 *
 * @param presentOf what the page knows of a job at present, for those who review a request about it.
 * @param onlyStopOf a coordinator's own word for its only way to stop a job, where it has one.
 */
export function useDialogs(
  presentOf: (uid: string, jobId: string) => Present,
  onlyStopOf: (uid: string) => string | undefined
): Dialogs {
  const [opened, setOpened] = useState<Opened>();
  const giveFocusBack = useRef<() => void>();
  const review = useCallback((source: Source, approval: Approval) => {
    giveFocusBack.current = rememberFocus();
    const session = new ReviewSession(source.uid, approval, coordinatorClient(source.uid));
    setOpened({ what: 'review', uid: source.uid, session });
  }, []);
  const dismiss = useCallback((source: Source, job: LostJob) => {
    giveFocusBack.current = rememberFocus();
    setOpened({ what: 'dismiss', uid: source.uid, session: new DismissSession(job, coordinatorClient(source.uid)) });
  }, []);
  const close = useCallback(() => setOpened(undefined), []);
  useEffect(() => {
    if (!opened) {
      giveFocusBack.current?.();
      giveFocusBack.current = undefined;
    }
  }, [opened]);
  return { review, dismiss, dialog: opened ? drawn(opened, presentOf, onlyStopOf, close) : null };
}

function drawn(
  opened: Opened,
  presentOf: (uid: string, jobId: string) => Present,
  onlyStopOf: (uid: string) => string | undefined,
  onClose: () => void
): ReactNode {
  return (
    <Suspense fallback={<LoadingPlaceholder text={t('overview.dialog.opening', 'Opening the dialog…')} />}>
      {opened.what === 'review' ? (
        <ReviewDialog
          session={opened.session}
          present={presentOf(opened.uid, opened.session.state.approval.identity.jobId)}
          onlyStop={onlyStopOf(opened.uid)}
          timeZone={getTimeZone()}
          onClose={onClose}
        />
      ) : (
        <DismissDialog session={opened.session} timeZone={getTimeZone()} onClose={onClose} />
      )}
    </Suspense>
  );
}
