import { createContext } from "react";

/** Opens an address: a post or a message of the sandbox is shown, anything else is only named. */
export const LinkContext = createContext<(url: string) => void>(() => undefined);

export type Target =
  | { kind: "post"; id: string }
  | { kind: "dm"; to: string; text: string }
  | { kind: "message"; channel: string; ts: string; thread: string | null }
  | { kind: "elsewhere" };

/** The direct message that X's deep link opens: to whom, with which words. */
function dmTarget(url: string): Target | null {
  const link = /^https:\/\/(?:x|twitter)\.com\/messages\/compose\?(.*)$/.exec(url);
  if (!link) return null;
  const asked = new URLSearchParams(link[1]);
  return { kind: "dm", to: asked.get("recipient_id") ?? "", text: asked.get("text") ?? "" };
}

/** What an address leads to, when it leads to something in the sandbox. */
export function target(url: string): Target {
  const direct = dmTarget(url);
  if (direct) return direct;
  const post = /\/status(?:es)?\/(\d+)/.exec(url);
  if (post?.[1]) return { kind: "post", id: post[1] };
  const reply = /[?&](?:in_reply_to|tweet_id)=(\d+)/.exec(url);
  if (reply?.[1]) return { kind: "post", id: reply[1] };
  const message = /\/archives\/([CG][A-Z0-9]+)\/p(\d{10})(\d{6})/.exec(url);
  if (message) {
    const thread = /[?&]thread_ts=([\d.]+)/.exec(url);
    return {
      kind: "message",
      channel: message[1] ?? "",
      ts: `${message[2]}.${message[3]}`,
      thread: thread?.[1] ?? null,
    };
  }
  return { kind: "elsewhere" };
}
