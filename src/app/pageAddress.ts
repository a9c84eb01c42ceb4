import { locationService } from '@grafana/runtime';
import { useMemo, useSyncExternalStore } from 'react';

import { APP_ID } from '../model/plugins';

const ROOT = `/a/${APP_ID}`;

/**
 * The path below the app's root, as "/setup"; empty at the root. The root page's `basename` is of no use for it: Grafana
 * (12.4, AppRootPage.tsx) gives the whole path of the present page there.
 */
export function usePagePath(): string {
  const pathname = useSyncExternalStore(subscribe, () => locationService.getLocation().pathname);
  return pathname.startsWith(ROOT) ? pathname.slice(ROOT.length).replace(/\/+$/, '') : '';
}

/** The page's query parameters: its state, which survives a reload and can be sent to others. */
export function usePageSearch(): URLSearchParams {
  const search = useSyncExternalStore(subscribe, () => locationService.getLocation().search);
  return useMemo(() => new URLSearchParams(search), [search]);
}

/**
 * Changes some of the page's query parameters; null takes one away.
 *
 * @param kind `step` can be gone back from; `replace` is no step of its own.
 */
export function changePageSearch(changes: Record<string, string | null>, kind: 'step' | 'replace'): void {
  locationService.partial(changes, kind === 'replace');
}

function subscribe(changed: () => void): () => void {
  const subscription = locationService.getLocationObservable().subscribe(changed);
  return () => subscription.unsubscribe();
}
