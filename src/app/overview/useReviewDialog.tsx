import { getTimeZone } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense, useCallback, type ReactNode } from 'react';

import { type Present } from '../../actions/differences';
import { ReviewSession } from '../../actions/reviewSession';
import { useOpened } from '../../actions/useOpened';
import { coordinatorClient } from '../../api/client';
import { type Source } from '../../api/sources';
import { type Approval } from '../../api/types';
import { t } from '../../i18n/text';

// It is loaded when somebody decides, and not with every look at the page.
const ReviewDialog = lazy(() => import('../../actions/ReviewDialog'));

interface ReviewControl {
  review(source: Source, approval: Approval): void;
  /** The open dialog, to be rendered somewhere that stays while it is open; null while it is closed. */
  dialog: ReactNode;
}

/**
 * Owns the dialog in which a second person reviews a request.
 *
 * @param presentOf what the page knows of a job at present.
 * @param onlyStopOf a coordinator's own word for its only way to stop a job, where it has one.
 */
export function useReviewDialog(
  presentOf: (uid: string, jobId: string) => Present,
  onlyStopOf: (uid: string) => string | undefined
): ReviewControl {
  const { opened, open, close } = useOpened<{ uid: string; session: ReviewSession }>();
  const review = useCallback(
    ({ uid }: Source, approval: Approval) =>
      open({ uid, session: new ReviewSession(uid, approval, coordinatorClient(uid)) }),
    [open]
  );
  return {
    review,
    dialog: opened ? (
      <Suspense fallback={<LoadingPlaceholder text={t('app.dialog.opening', 'Opening the dialog…')} />}>
        <ReviewDialog
          session={opened.session}
          present={presentOf(opened.uid, opened.session.state.approval.identity.jobId)}
          onlyStop={onlyStopOf(opened.uid)}
          timeZone={getTimeZone()}
          onClose={close}
        />
      </Suspense>
    ) : null,
  };
}
