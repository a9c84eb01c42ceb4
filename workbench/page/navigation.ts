import { locationService } from '@grafana/runtime';
import { useSyncExternalStore } from 'react';

/** Links within the page are followed without loading it anew, as in Grafana. */
export function followLinksInPage(document: Document): void {
  document.addEventListener('click', (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (
      !(anchor instanceof HTMLAnchorElement) ||
      !isPlainClick(event) ||
      (anchor.target && anchor.target !== '_self')
    ) {
      return;
    }
    const url = new URL(anchor.href);
    if (url.origin !== window.location.origin || anchor.hasAttribute('download')) {
      return;
    }
    event.preventDefault();
    locationService.push(url.pathname + url.search + url.hash);
  });
}

function isPlainClick(event: MouseEvent): boolean {
  return (
    !event.defaultPrevented &&
    event.button === 0 &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.shiftKey &&
    !event.altKey
  );
}

/** Where the page is. */
export function usePageLocation() {
  return useSyncExternalStore(subscribe, () => locationService.getLocation());
}

function subscribe(changed: () => void) {
  const subscription = locationService.getLocationObservable().subscribe(changed);
  return () => subscription.unsubscribe();
}
