import { type TimeZone } from '@grafana/schema';
import React, { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';

import { coordinatorClient, type CoordinatorClient } from '../api/client';
import { ActionDialog } from './ActionDialog';
import { rememberFocus } from './focus';
import { type Target } from './states';
import { ActionSession } from './session';

interface ActionDialogControl {
  /** Opens the dialog, with what was typed when it was last left for the same job and kind. */
  open(target: Target): void;
  /** The dialog, to be rendered somewhere that stays while it is open; null while it is closed. */
  dialog: ReactNode;
}

/**
 * Owns the dialog for a panel or a page.
 *
 * @param connect makes the client for a data source; tests give their own.
 */
export function useActionDialog(
  timeZone?: TimeZone,
  connect: (uid: string) => CoordinatorClient = coordinatorClient
): ActionDialogControl {
  const [session, setSession] = useState<ActionSession>();
  const left = useRef(new Map<string, ActionSession>());
  const giveFocusBack = useRef<() => void>();
  const open = useCallback(
    (target: Target) => {
      giveFocusBack.current = rememberFocus();
      const key = JSON.stringify([target.uid, target.kind, target.jobId]);
      const opened = new ActionSession(target, connect(target.uid), left.current.get(key)?.state);
      left.current.set(key, opened);
      setSession(opened);
    },
    [connect]
  );
  const close = useCallback(() => setSession(undefined), []);
  useEffect(() => {
    // Grafana's modal would return to what had the focus when it was drawn: by then that is the dialog itself.
    if (!session) {
      giveFocusBack.current?.();
      giveFocusBack.current = undefined;
    }
  }, [session]);
  return {
    open,
    dialog: session ? <ActionDialog session={session} timeZone={timeZone} onClose={close} /> : null,
  };
}
