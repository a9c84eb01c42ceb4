import React, { createContext, useContext, useEffect, useState, type ReactNode } from 'react';

const SECOND = 1000;

const Now = createContext(0);

/** Ticks every second for those below that ask for the time; all else below stays as it is. */
export function Ticking({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND);
    return () => clearInterval(timer);
  }, []);
  return <Now.Provider value={now}>{children}</Now.Provider>;
}

/** The browser's clock in milliseconds since 1970, at the last tick. */
export function useTick(): number {
  return useContext(Now);
}
