import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

const Offset = createContext(0);

/** How far the desk's clock was wound ahead of this computer's, in seconds. */
export const ClockProvider = ({ offset, children }: { offset: number; children: ReactNode }) => (
  <Offset.Provider value={offset}>{children}</Offset.Provider>
);

export const useOffset = (): number => useContext(Offset);

/** The desk's time in milliseconds, fresh every `every` milliseconds. */
export function useDeskNow(every = 15_000): number {
  const offset = useOffset();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  return Math.max(now, Date.now() - every) + offset * 1000;
}
