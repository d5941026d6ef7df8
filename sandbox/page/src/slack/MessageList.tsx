import { Fragment, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { PrivateMessage, SlackMessage } from "../types";
import { dayDivider } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { useSticky } from "../store/useSticky";
import { Message, Private } from "./Message";

interface Props {
  label: string;
  /** The channel or thread; another one starts at its end. */
  place: string;
  channel: string;
  messages: SlackMessage[];
  hidden: PrivateMessage[];
  onThread?: (ts: string) => void;
  onTimeLine?: (ts: string) => void;
  /** A message to bring into sight. */
  seek?: string | null;
  head?: ReactNode;
  dividers?: boolean;
}

type Item = { at: number; message?: SlackMessage; hidden?: PrivateMessage };

const SHOWN = 100;
const JOIN_S = 300;

function merged(messages: SlackMessage[], hidden: PrivateMessage[]): Item[] {
  const items: Item[] = messages.map((message) => ({ at: Number(message.ts), message }));
  for (const one of hidden) {
    const at = one.ts ? Number(one.ts) : new Date(one.at).getTime() / 1000;
    items.push({ at, hidden: one });
  }
  return items.sort((a, b) => a.at - b.at);
}

function joins(item: Item, before: Item | undefined): boolean {
  if (!item.message || !before?.message) return false;
  const plain = !item.message.bot && !before.message.bot && !item.message.edited;
  const short = item.at - before.at < JOIN_S && (before.message.reply_count ?? 0) === 0;
  return plain && short && item.message.user === before.message.user;
}

/** Messages in order, oldest first; follows new ones only while the reader is at the end. */
export function MessageList(props: Props) {
  const { label, place, channel, messages, hidden, onThread, onTimeLine, seek, head, dividers = true } = props;
  const list = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(SHOWN);
  const items = useMemo(() => merged(messages, hidden), [messages, hidden]);
  const { below, toEnd } = useSticky(list, place, items.length);

  useEffect(() => setShown(SHOWN), [place]);

  // Earlier messages come in above; the reader keeps looking at the same line.
  const height = useRef(0);
  const showEarlier = () => {
    height.current = list.current?.scrollHeight ?? 0;
    setShown(shown + SHOWN);
  };
  useLayoutEffect(() => {
    if (height.current > 0 && list.current) list.current.scrollTop += list.current.scrollHeight - height.current;
    height.current = 0;
  }, [shown]);

  useEffect(() => {
    if (!seek) return;
    const found = list.current?.querySelector<HTMLElement>(`[data-ts="${CSS.escape(seek)}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.classList.add("message--sought");
    const timer = window.setTimeout(() => found?.classList.remove("message--sought"), 2_500);
    return () => window.clearTimeout(timer);
  }, [seek, place]);

  const from = Math.max(0, items.length - shown);
  const now = new Date();
  let day = "";
  return (
    <div className="list">
      <div className="list__scroll" ref={list} tabIndex={0} role="region" aria-label={label}>
        <div className="list__inner">
          {head}
          {from > 0 && (
            <button type="button" className="list__earlier" onClick={showEarlier}>
              Show earlier messages ({from})
            </button>
          )}
          {items.slice(from).map((item, number) => {
            const today = dayDivider(new Date(item.at * 1000), now);
            const divider = dividers && today !== day;
            day = today;
            const before = number > 0 && !divider ? items[from + number - 1] : undefined;
            return (
              <Fragment key={item.message?.ts ?? `private-${item.at}`}>
                {divider && (
                  <div className="divider" role="separator" aria-label={today}>
                    <span>{today}</span>
                  </div>
                )}
                {item.message && (
                  <Message
                    message={item.message}
                    channel={channel}
                    joined={joins(item, before)}
                    onThread={onThread}
                    onTimeLine={onTimeLine}
                  />
                )}
                {item.hidden && <Private message={item.hidden} />}
              </Fragment>
            );
          })}
        </div>
      </div>
      {below > 0 && (
        <button type="button" className="list__new" onClick={toEnd}>
          <Icon name="down" size={13} /> {below} new
        </button>
      )}
    </div>
  );
}
