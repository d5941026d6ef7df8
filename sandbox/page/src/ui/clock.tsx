import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { post } from "../api";
import { useAsync } from "./useAsync";

const Offset = createContext(0);
const Wound = createContext<() => void>(() => undefined);

interface Props {
  /** How far the desk's clock was wound ahead of this computer's, in seconds. */
  offset: number;
  onWound: () => void;
  children: ReactNode;
}

export const ClockProvider = ({ offset, onWound, children }: Props) => (
  <Wound.Provider value={onWound}>
    <Offset.Provider value={offset}>{children}</Offset.Provider>
  </Wound.Provider>
);

export const useOffset = (): number => useContext(Offset);

/** Winds the desk's clock forward by so many seconds. */
export function useWind(): [boolean, (seconds: number) => void] {
  const onWound = useContext(Wound);
  const [busy, run] = useAsync();
  const wind = (seconds: number) =>
    void run(async () => {
      await post("/control/clock", { forward_s: seconds });
      onWound();
    });
  return [busy, wind];
}

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
