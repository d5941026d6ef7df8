import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Channel, SlackState } from "../types";
import { useRead } from "../store/useRead";
import { useToast } from "../ui/Toasts";
import { Composer } from "./Composer";
import { Home } from "./Home";
import { MessageList } from "./MessageList";
import { ModalStack } from "./modal/ModalStack";
import { HOME, isDirect, Sidebar } from "./Sidebar";
import { ThreadPane } from "./ThreadPane";

interface Props {
  state: SlackState;
  channelId: string;
  threadTs: string | null;
  seek: string | null;
  onChannel: (channel: string) => void;
  onThread: (ts: string | null) => void;
  /** Whether the open thread of a card shows the time line of its case. */
  timeLine: boolean;
  onTimeLine: (open: boolean) => void;
}

/** What Slack itself would complain of, once each. */
function useWarnings(state: SlackState): void {
  const say = useToast();
  const seen = useRef<Set<string> | null>(null);
  useEffect(() => {
    const keys = state.warnings.map(({ at, text }) => `${at} ${text}`);
    const before = seen.current;
    seen.current = new Set(keys);
    if (!before) return;
    state.warnings.forEach((warning, number) => {
      if (!before.has(keys[number] ?? "")) say("warning", warning.text);
    });
  }, [state.warnings, say]);
}

/** The channels with the conversation with the desk, which is there before its first word. */
function withDirect(state: SlackState): Channel[] {
  if (state.channels.some(isDirect)) return state.channels;
  const id = `D0${state.me.replace(/^U0/, "")}`;
  return [...state.channels, { id, name: "directmessage", is_im: true, is_member: true, messages: [] }];
}

const counted = (messages: number): string => `${messages} ${messages === 1 ? "message" : "messages"}`;

/** Slack as the acting person sees it. */
export function SlackPane({ state, channelId, threadTs, seek, onChannel, onThread, timeLine, onTimeLine }: Props) {
  const { readTo, markRead } = useRead(state.me);
  useWarnings(state);

  const channels = useMemo(() => withDirect(state), [state]);
  const channel = channels.find(({ id }) => id === channelId) ?? channels[0];
  const home = channelId === HOME;
  const root = threadTs ? channel?.messages.find((message) => message.ts === threadTs) : undefined;
  const hidden = useMemo(
    () => state.private.filter((message) => message.channel === channel?.id),
    [state.private, channel?.id],
  );
  const inThread = useMemo(
    () => hidden.filter(({ thread_ts }) => thread_ts && thread_ts === threadTs),
    [hidden, threadTs],
  );
  const inChannel = useMemo(() => hidden.filter(({ thread_ts }) => !thread_ts), [hidden]);

  useEffect(() => {
    if (channel && !home) markRead(channel);
  }, [channel, home, markRead]);

  const openTimeLine = useCallback(
    (ts: string) => {
      onThread(ts);
      onTimeLine(true);
    },
    [onThread, onTimeLine],
  );

  const name = channel && (isDirect(channel) ? "mentiondesk" : `#${channel.name}`);
  return (
    <>
      <Sidebar
        me={state.me}
        channels={channels}
        open={home ? HOME : (channel?.id ?? "")}
        readTo={readTo}
        onOpen={onChannel}
      />
      <div className="slack-body">
        {home || !channel ? (
          <Home view={state.home} />
        ) : (
          <>
            <section className="room-pane" aria-label={`Channel ${name}`}>
              <header className="pane-head">
                <h2>{name}</h2>
                <span className="pane-head__more">{counted(channel.messages.length)}</span>
              </header>
              <MessageList
                label={`Messages in ${name}`}
                place={channel.id}
                channel={channel.id}
                messages={channel.messages}
                hidden={inChannel}
                onThread={onThread}
                onTimeLine={openTimeLine}
                seek={seek}
                head={channel.messages.length === 0 && <p className="empty">Nothing here yet.</p>}
              />
              <Composer channel={channel.id} label={`Message ${name}`} outside={!channel.is_member} />
            </section>
            {root && (
              <ThreadPane
                channel={channel}
                root={root}
                hidden={inThread}
                seek={seek}
                timeLine={timeLine}
                onTimeLine={onTimeLine}
                onClose={() => onThread(null)}
              />
            )}
          </>
        )}
        <ModalStack views={state.views} />
        <div id="slack-overlays" />
      </div>
    </>
  );
}
