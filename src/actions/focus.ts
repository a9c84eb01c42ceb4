/**
 * Remembers what has the focus, for a dialog that is about to take it.
 *
 * @returns gives the focus back: to the same element or, where that is gone (the row of a job that has ended), to the
 * nearest element around it that is still there, so that nobody has to begin at the top of the page.
 */
export function rememberFocus(): () => void {
  const places: HTMLElement[] = [];
  for (let place = document.activeElement; place && place !== document.body; place = place.parentElement) {
    if (place instanceof HTMLElement) {
      places.push(place);
    }
  }
  const [own] = places;
  return () => {
    if (own?.isConnected) {
      own.focus({ preventScroll: true });
      return;
    }
    const left = places.find(({ isConnected }) => isConnected);
    // A table has a name to be read, and a part of it has none.
    const place = left?.closest('table') ?? left;
    if (place) {
      makeFocusable(place);
      place.focus({ preventScroll: true });
    }
  };
}

/** Until the focus leaves it: what is no control must not be one for good. */
function makeFocusable(place: HTMLElement) {
  if (place.hasAttribute('tabindex')) {
    return;
  }
  place.setAttribute('tabindex', '-1');
  place.addEventListener('blur', () => place.removeAttribute('tabindex'), { once: true });
}
