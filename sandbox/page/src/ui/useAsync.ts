import { useCallback, useRef, useState } from "react";
import { reason } from "../api";
import { useToast } from "./Toasts";

/** Runs one piece of work at a time; what fails is said. */
export function useAsync(): [boolean, (work: () => Promise<void>) => Promise<boolean>] {
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = useCallback(
    async (work: () => Promise<void>) => {
      if (running.current) return false;
      running.current = true;
      setBusy(true);
      try {
        await work();
        return true;
      } catch (error) {
        say("error", reason(error));
        return false;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [say],
  );
  return [busy, run];
}
