import { useMemo } from "react";
import { caseOf } from "../ladder/steps";
import { TimeLine } from "../ladder/TimeLine";
import type { Channel, PrivateMessage, SlackMessage } from "../types";
import { Icon } from "../ui/Icon";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";

interface Props {
  channel: Channel;
  root: SlackMessage;
  hidden: PrivateMessage[];
  seek: string | null;
  timeLine: boolean;
  onTimeLine: (open: boolean) => void;
  onClose: () => void;
}

/** One thread at the side: its first message, the replies, and where to write another. */
export function ThreadPane({ channel, root, hidden, seek, timeLine, onTimeLine, onClose }: Props) {
  const number = caseOf(root.blocks);
  const messages = useMemo(() => [root, ...(root.thread ?? [])], [root]);
  return (
    <section className="thread" aria-label="Thread">
      <header className="pane-head">
        <h2>
          Thread <span className="pane-head__more">#{channel.name}</span>
        </h2>
        <span className="thread__tools">
          {number !== null && (
            <button type="button" className="tool" aria-pressed={timeLine} onClick={() => onTimeLine(!timeLine)}>
              <Icon name="ladder" /> Time line
            </button>
          )}
          <button type="button" className="icon-button" aria-label="Close thread" onClick={onClose}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      {number !== null && timeLine && <TimeLine number={number} card={root} onClose={() => onTimeLine(false)} />}
      <MessageList
        label="Messages of the thread"
        place={`thread:${root.ts}`}
        channel={channel.id}
        messages={messages}
        hidden={hidden}
        seek={seek}
        dividers={false}
      />
      <Composer channel={channel.id} threadTs={root.ts} label="Reply in thread" outside={!channel.is_member} />
    </section>
  );
}
