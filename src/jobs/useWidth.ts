import { useLayoutEffect, useState, type RefObject } from 'react';

/** An element's width in whole pixels; undefined before it is drawn. */
export function useWidth(element: RefObject<Element>): number | undefined {
  const [width, setWidth] = useState<number>();
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) {
      return undefined;
    }
    const measure = () => setWidth(Math.floor(current.getBoundingClientRect().width));
    measure();
    if (typeof ResizeObserver === 'undefined') {
      return undefined;
    }
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
