import { useCallback, useEffect, useRef, useState } from 'react';

import { rememberFocus } from './focus';

interface Opened<T> {
  /** What the open dialog is about; undefined while none is open. */
  opened: T | undefined;
  open(what: T): void;
  close(): void;
}

/** Whether a dialog is open, and about what. When it closes, the focus goes back to where it was. */
export function useOpened<T>(): Opened<T> {
  const [opened, setOpened] = useState<T>();
  const giveFocusBack = useRef<() => void>();
  const open = useCallback((what: T) => {
    giveFocusBack.current = rememberFocus();
    setOpened(() => what);
  }, []);
  const close = useCallback(() => setOpened(undefined), []);
  useEffect(() => {
    // Grafana's modal would return to what had the focus when it was drawn: by then that is the dialog itself.
    if (opened === undefined) {
      giveFocusBack.current?.();
      giveFocusBack.current = undefined;
    }
  }, [opened]);
  return { opened, open, close };
}
