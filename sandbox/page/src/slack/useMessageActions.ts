import { useCallback, useMemo, useRef, useState } from "react";
import { ApiError, reason } from "../api";
import type { Element } from "../types";
import { useToast } from "../ui/Toasts";
import { type Actions, busyKey, type Given } from "./blocks/actions";
import { words } from "./blocks/Rich";
import { useSender } from "./Sender";

/** The buttons and menus of one message: one press at a time, shown while it is under way. */
export function useMessageActions(channel: string, ts: string): Actions {
  const { send } = useSender();
  const say = useToast();
  const [busy, setBusy] = useState<string | null>(null);
  const running = useRef(false);

  const act = useCallback(
    async (blockId: string, element: Element, given?: Given) => {
      if (running.current) return;
      running.current = true;
      setBusy(busyKey(blockId, element));
      const pressed = element.action_id ? { action_id: element.action_id } : { text: words(element.text) };
      const value = given ?? element.value;
      const click = { channel, ts, ...pressed, ...(value === undefined ? {} : { value }) };
      try {
        await send("click", click).catch((error: unknown) => {
          // The card changed under the finger: Slack sends the press of the button that was shown.
          if (error instanceof ApiError && error.status === 404) return send("click", { ...click, stale: true });
          throw error;
        });
      } catch (error) {
        say("error", reason(error));
      } finally {
        running.current = false;
        setBusy(null);
      }
    },
    [channel, ts, send, say],
  );

  return useMemo(() => ({ busy, act, form: null }), [busy, act]);
}
