import { useEffect, useState } from 'react';

const SECOND = 1000;

/** The browser's clock in milliseconds since 1970, read anew every second while the component is shown. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND);
    return () => clearInterval(timer);
  }, []);
  return now;
}
