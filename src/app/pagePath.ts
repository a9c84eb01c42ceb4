import { locationService } from '@grafana/runtime';
import { useSyncExternalStore } from 'react';

/** The path below the app's root, as "/setup"; empty at the root. */
export function usePagePath(basename: string): string {
  const pathname = useSyncExternalStore(subscribe, () => locationService.getLocation().pathname);
  return pathname.startsWith(basename) ? pathname.slice(basename.length).replace(/\/+$/, '') : '';
}

function subscribe(changed: () => void): () => void {
  const subscription = locationService.getLocationObservable().subscribe(changed);
  return () => subscription.unsubscribe();
}
