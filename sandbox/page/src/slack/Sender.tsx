import { createContext, type ReactNode, useCallback, useContext, useMemo } from "react";
import { post } from "../api";
import type { Delivery } from "../types";
import { useToast } from "../ui/Toasts";

interface Sender {
  user: string;
  /** Sends something as the acting person; what Slack would warn of is shown. */
  send: (path: string, body: Record<string, unknown>) => Promise<Delivery>;
}

const SenderContext = createContext<Sender>({ user: "", send: () => Promise.resolve({}) });

export const useSender = (): Sender => useContext(SenderContext);

interface Props {
  user: string;
  refresh: () => void;
  children: ReactNode;
}

export function SenderProvider({ user, refresh, children }: Props) {
  const say = useToast();
  const send = useCallback(
    async (path: string, body: Record<string, unknown>) => {
      try {
        const answer = await post<Delivery | null>(`/control/slack/${path}`, { user, ...body });
        if (answer?.warning) say("warning", answer.warning);
        return answer ?? {};
      } finally {
        refresh();
      }
    },
    [user, refresh, say],
  );
  const sender = useMemo(() => ({ user, send }), [user, send]);
  return <SenderContext.Provider value={sender}>{children}</SenderContext.Provider>;
}
