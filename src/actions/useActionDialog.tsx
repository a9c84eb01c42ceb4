import { type TimeZone } from '@grafana/schema';
import { LoadingPlaceholder } from '@grafana/ui';
import React, { Suspense, useCallback, useRef, type ComponentType, type ReactNode } from 'react';

import { coordinatorClient, type CoordinatorClient } from '../api/client';
import { t } from '../i18n/text';
import { type ActionDialogProps } from './ActionDialog';
import { type Target } from './states';
import { ActionSession } from './session';
import { useOpened } from './useOpened';

interface ActionDialogControl {
  /** Opens the dialog, with what was typed when it was last left for the same job and kind. */
  open(target: Target): void;
  /** The dialog, to be rendered somewhere that stays while it is open; null while it is closed. */
  dialog: ReactNode;
}

/**
 * Owns the dialog for a panel or a page.
 *
 * @param Dialog is ActionDialog; a page loads it when it is first opened. A panel cannot: Grafana looks for the files of a
 * nested plugin in that plugin's folder, and they are in the app's.
 * @param connect makes the client for a data source; tests give their own.
 */
export function useActionDialog(
  Dialog: ComponentType<ActionDialogProps>,
  timeZone?: TimeZone,
  connect: (uid: string) => CoordinatorClient = coordinatorClient
): ActionDialogControl {
  const { opened: session, open: show, close } = useOpened<ActionSession>();
  const left = useRef(new Map<string, ActionSession>());
  const open = useCallback(
    (target: Target) => {
      const key = JSON.stringify([target.uid, target.kind, target.jobId]);
      const next = new ActionSession(target, connect(target.uid), left.current.get(key)?.state);
      left.current.set(key, next);
      show(next);
    },
    [connect, show]
  );
  return {
    open,
    dialog: session ? (
      <Suspense fallback={<LoadingPlaceholder text={t('actions.dialog.opening', 'Opening the dialog…')} />}>
        <Dialog session={session} timeZone={timeZone} onClose={close} />
      </Suspense>
    ) : null,
  };
}
