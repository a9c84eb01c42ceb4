import { getTimeZone } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { lazy, Suspense, useCallback, type ReactNode } from 'react';

import { DismissSession, type LostJob } from '../actions/dismissal';
import { useOpened } from '../actions/useOpened';
import { coordinatorClient } from '../api/client';
import { t } from '../i18n/text';

// It is loaded when somebody decides, and not with every look at a page.
const DismissDialog = lazy(() => import('../actions/DismissDialog'));

interface DismissControl {
  /** Opens the dialog for a lost job of a data source. */
  dismiss(uid: string, job: LostJob): void;
  /** The open dialog, to be rendered somewhere that stays while it is open; null while it is closed. */
  dialog: ReactNode;
}

/** Owns the dialog that dismisses a lost job. */
export function useDismissDialog(): DismissControl {
  const { opened, open, close } = useOpened<DismissSession>();
  const dismiss = useCallback(
    (uid: string, job: LostJob) => open(new DismissSession(job, coordinatorClient(uid))),
    [open]
  );
  return {
    dismiss,
    dialog: opened ? (
      <Suspense fallback={<LoadingPlaceholder text={t('app.dialog.opening', 'Opening the dialog…')} />}>
        <DismissDialog session={opened} timeZone={getTimeZone()} onClose={close} />
      </Suspense>
    ) : null,
  };
}
