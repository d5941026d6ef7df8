import { useCallback, useEffect, useRef, useState } from "react";
import { get, reason } from "../api";
import type { Ladder } from "../types";

const POLL_MS = 10_000;
const CALM_MS = 250;

/** The ladder of a case, asked for anew with each of `news` and now and then; one look at a time starts a program. */
export function useLadder(number: number, ...news: unknown[]): { ladder: Ladder | null; failure: string | null } {
  const [ladder, setLadder] = useState<Ladder | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const asked = useRef<number | null>(number);
  const running = useRef(false);
  const again = useRef(false);

  const look = useCallback(async () => {
    const wanted = asked.current;
    if (wanted === null) return;
    if (running.current) {
      again.current = true;
      return;
    }
    running.current = true;
    try {
      const answer = await get<Ladder>(`/control/ladder?case=${wanted}`);
      if (asked.current === wanted) setLadder(answer);
      setFailure(null);
    } catch (error) {
      setFailure(reason(error));
    } finally {
      running.current = false;
      if (again.current) {
        again.current = false;
        void look();
      }
    }
  }, []);

  useEffect(() => {
    asked.current = number;
    const soon = window.setTimeout(() => void look(), CALM_MS);
    const poll = window.setInterval(() => void look(), POLL_MS);
    return () => {
      asked.current = null;
      window.clearTimeout(soon);
      window.clearInterval(poll);
    };
  }, [number, look, ...news]);

  return { ladder: ladder?.case === number ? ladder : null, failure };
}
