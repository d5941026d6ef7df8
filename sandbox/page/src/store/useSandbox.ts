import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get } from "../api";
import type { Fault, Playbooks, SlackState, XState } from "../types";
import { share } from "./share";

export type Link = "connecting" | "live" | "polling" | "down";
type Topic = "slack" | "x" | "faults" | "clock" | "playbooks";

export interface Sandbox {
  slack: SlackState | null;
  x: XState | null;
  faults: Fault[];
  playbooks: Playbooks | null;
  offset: number;
  link: Link;
  refresh: (...topics: Topic[]) => void;
}

const TOPICS: readonly Topic[] = ["slack", "x", "faults", "clock", "playbooks"];
const DEBOUNCE_MS = 60;
const POLL_MS = 10_000;

/** Runs `work` soon, once for many calls, and never two at a time. */
function useCalm(work: () => Promise<void>): () => void {
  const latest = useRef(work);
  latest.current = work;
  const state = useRef({ timer: 0, running: false, again: false });
  return useCallback(() => {
    const calm = state.current;
    const run = async () => {
      calm.timer = 0;
      if (calm.running) {
        calm.again = true;
        return;
      }
      calm.running = true;
      try {
        await latest.current();
      } finally {
        calm.running = false;
        if (calm.again) {
          calm.again = false;
          calm.timer = window.setTimeout(run, DEBOUNCE_MS);
        }
      }
    };
    if (calm.timer === 0) calm.timer = window.setTimeout(run, DEBOUNCE_MS);
  }, []);
}

/** Everything the page shows, refetched whenever the server says that it changed. */
export function useSandbox(user: string): Sandbox {
  const [slack, setSlack] = useState<SlackState | null>(null);
  const [x, setX] = useState<XState | null>(null);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [playbooks, setPlaybooks] = useState<Playbooks | null>(null);
  const [offset, setOffset] = useState(0);
  const [streaming, setStreaming] = useState(false);
  const [reached, setReached] = useState<boolean | null>(null);

  const fetchSlack = useCalm(async () => {
    const asked = user;
    try {
      const state = await get<SlackState>(`/control/slack/state?user=${encodeURIComponent(asked)}`);
      setSlack((before) => share(before, { ...state, me: asked }));
      setReached(true);
    } catch {
      setReached(false);
    }
  });
  const fetchX = useCalm(async () => {
    try {
      const state = await get<XState>("/control/x/state");
      setX((before) => share(before, state));
    } catch {
      setReached(false);
    }
  });
  const fetchFaults = useCalm(async () => {
    const answer = await get<Fault[] | { faults: Fault[] }>("/control/faults").catch(() => null);
    if (answer) setFaults((before) => share(before, Array.isArray(answer) ? answer : answer.faults));
  });
  const fetchPlaybooks = useCalm(async () => {
    const answer = await get<Playbooks>("/control/playbooks").catch(() => null);
    if (answer) setPlaybooks((before) => share(before, answer));
  });
  const fetchClock = useCalm(async () => {
    const answer = await get<{ offset_s: number }>("/control/clock").catch(() => null);
    if (answer) setOffset(answer.offset_s ?? 0);
  });

  const refresh = useCallback(
    (...topics: Topic[]) => {
      const fetchers = {
        slack: fetchSlack,
        x: fetchX,
        faults: fetchFaults,
        clock: fetchClock,
        playbooks: fetchPlaybooks,
      };
      for (const topic of topics.length > 0 ? topics : TOPICS) fetchers[topic]();
    },
    [fetchSlack, fetchX, fetchFaults, fetchClock, fetchPlaybooks],
  );

  useEffect(() => refresh("slack"), [user, refresh]);

  useEffect(() => {
    refresh();
    const events = new EventSource("/events");
    events.onopen = () => {
      setStreaming(true);
      refresh();
    };
    events.onerror = () => setStreaming(false);
    events.onmessage = ({ data }) => {
      const topic = changed(String(data));
      if (topic === "clock") refresh("clock", "x");
      else if (topic) refresh(topic);
      else refresh();
    };
    // Asking for the clock starts a process as long as no desk runs, so that is left to the events.
    const poll = window.setInterval(() => refresh("slack", "x", "faults", "playbooks"), POLL_MS);
    return () => {
      events.close();
      window.clearInterval(poll);
    };
  }, [refresh]);

  let link: Link = "connecting";
  if (reached === false) link = "down";
  else if (reached) link = streaming ? "live" : "polling";

  const shown = slack?.me === user ? slack : null;
  return useMemo(
    () => ({ slack: shown, x, faults, playbooks, offset, link, refresh }),
    [shown, x, faults, playbooks, offset, link, refresh],
  );
}

function changed(data: string): Topic | null {
  try {
    const topic = (JSON.parse(data) as { changed?: string }).changed;
    return TOPICS.find((known) => known === topic) ?? null;
  } catch {
    return null;
  }
}
