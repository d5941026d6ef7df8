import { useCallback, useState } from "react";
import type { Channel } from "../types";

const keyOf = (user: string, channel: string): string => `mentiondesk.read.${user}.${channel}`;

function load(user: string, channel: string): string {
  try {
    return window.localStorage.getItem(keyOf(user, channel)) ?? "0";
  } catch {
    return "0";
  }
}

/** The time of the newest message, those in threads included. */
function newest(channel: Channel): string {
  const all = channel.messages.flatMap(({ ts, thread }) => [ts, thread?.at(-1)?.ts ?? ts]);
  return all.reduce((one, other) => (Number(other) > Number(one) ? other : one), "0");
}

/** Up to which message a person has read each channel, as this browser knows it. */
export function useRead(user: string): {
  readTo: (channel: string) => string;
  markRead: (channel: Channel) => void;
} {
  const [, render] = useState(0);
  const readTo = useCallback((channel: string) => load(user, channel), [user]);
  const markRead = useCallback(
    (channel: Channel) => {
      const last = newest(channel);
      if (Number(last) <= Number(load(user, channel.id))) return;
      try {
        window.localStorage.setItem(keyOf(user, channel.id), last);
      } catch {
        return;
      }
      render((n) => n + 1);
    },
    [user],
  );
  return { readTo, markRead };
}
