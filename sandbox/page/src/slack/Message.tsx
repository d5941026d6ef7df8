import { memo } from "react";
import { caseOf } from "../ladder/steps";
import type { PrivateMessage, SlackMessage } from "../types";
import { Avatar } from "../ui/Avatar";
import { ago, clockTime, dateOfTs } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { useAsync } from "../ui/useAsync";
import { ActionsContext } from "./blocks/actions";
import { Blocks } from "./blocks/Blocks";
import { Mrkdwn, Plain } from "./blocks/Rich";
import { displayName, usePeople } from "./People";
import { useSender } from "./Sender";
import { useMessageActions } from "./useMessageActions";

interface Props {
  message: SlackMessage;
  channel: string;
  /** The same person wrote just before: no head. */
  joined?: boolean;
  onThread?: (ts: string) => void;
  onTimeLine?: (ts: string) => void;
}

const BOT = "U0DESK";

function Body({ channel, ts, message }: { channel: string; ts: string; message: SlackMessage | PrivateMessage }) {
  const actions = useMessageActions(channel, ts);
  return (
    <ActionsContext.Provider value={actions}>
      {message.blocks && message.blocks.length > 0 ? (
        <Blocks blocks={message.blocks} />
      ) : (
        <div className="blocks">
          <Mrkdwn text={message.text} />
        </div>
      )}
    </ActionsContext.Provider>
  );
}

function Reactions({ reactions }: { reactions: Record<string, string[]> | undefined }) {
  const people = usePeople();
  const names = Object.entries(reactions ?? {}).filter(([, users]) => users.length > 0);
  if (names.length === 0) return null;
  return (
    <div className="reactions">
      {names.map(([name, users]) => (
        <span key={name} className="reaction" title={users.map((id) => displayName(people.user(id), id)).join(", ")}>
          <Plain text={`:${name}:`} /> {users.length}
        </span>
      ))}
    </div>
  );
}

function ThreadLink({ message, onThread }: { message: SlackMessage; onThread: (ts: string) => void }) {
  const count = message.reply_count ?? message.thread?.length ?? 0;
  if (count === 0) return null;
  const last = message.thread?.at(-1);
  return (
    <button type="button" className="replies" onClick={() => onThread(message.ts)}>
      <Icon name="thread" />
      <strong>
        {count} {count === 1 ? "reply" : "replies"}
      </strong>
      {last && <span className="replies__when">Last reply {ago(dateOfTs(last.ts), new Date())}</span>}
    </button>
  );
}

/** What can be done with a message: its author and the admins may delete it. */
function Tools({ message, channel, onThread, onTimeLine }: Props) {
  const people = usePeople();
  const { send } = useSender();
  const [, run] = useAsync();
  const mayDelete = !message.deleted && (message.user === people.me || people.user(people.me)?.is_admin);
  const erase = () => run(async () => void (await send("delete_message", { channel, ts: message.ts })));
  return (
    <div className="message__tools">
      {onThread && (
        <button type="button" className="tool" onClick={() => onThread(message.ts)}>
          <Icon name="thread" /> Thread
        </button>
      )}
      {onTimeLine && caseOf(message.blocks) !== null && (
        <button type="button" className="tool" onClick={() => onTimeLine(message.ts)}>
          <Icon name="ladder" /> Time line
        </button>
      )}
      {mayDelete && (
        <button
          type="button"
          className="tool tool--danger"
          aria-label="Delete message"
          title="Delete message"
          onClick={() => void erase()}
        >
          <Icon name="bin" />
        </button>
      )}
    </div>
  );
}

/** One message of a channel or thread. */
export const Message = memo(function Message({ message, channel, joined = false, onThread, onTimeLine }: Props) {
  const people = usePeople();
  const author = message.user || BOT;
  const user = people.user(author);
  const name = displayName(user, author);
  const time = clockTime(dateOfTs(message.ts));
  const bot = Boolean(message.bot) || user?.is_bot;
  return (
    <article
      className={joined ? "message message--joined" : "message"}
      data-ts={message.ts}
      aria-label={`${name}, ${time}`}
    >
      <div className="message__side">
        {joined ? (
          <span className="message__late">{time.replace(/[^\d:.]/g, "")}</span>
        ) : (
          <Avatar name={name} seed={author} colour={user?.colour} desk={author === BOT} />
        )}
      </div>
      <div className="message__main">
        {!joined && (
          <header className="message__head">
            <strong className="message__name">{name}</strong>
            {bot && <span className="tag">App</span>}
            {user?.is_restricted && <span className="tag">Guest</span>}
            <time dateTime={dateOfTs(message.ts).toISOString()}>{time}</time>
            {message.edited && <span className="message__edited">(edited)</span>}
          </header>
        )}
        <Body channel={channel} ts={message.ts} message={message} />
        <Reactions reactions={message.reactions} />
        {onThread && <ThreadLink message={message} onThread={onThread} />}
      </div>
      <Tools message={message} channel={channel} onThread={onThread} onTimeLine={onTimeLine} />
    </article>
  );
});

/** A message that only the acting person sees. */
export const Private = memo(function Private({ message }: { message: PrivateMessage }) {
  const people = usePeople();
  const bot = people.user(BOT);
  const name = displayName(bot, BOT);
  const at = message.ts ? dateOfTs(message.ts) : new Date(message.at);
  return (
    <article className="message message--private" aria-label={`Only visible to you: ${name}, ${clockTime(at)}`}>
      <div className="message__side">
        <Avatar name={name} desk />
      </div>
      <div className="message__main">
        <p className="message__private">
          <Icon name="eye" size={13} /> Only visible to you
        </p>
        <header className="message__head">
          <strong className="message__name">{name}</strong>
          <span className="tag">App</span>
          <time dateTime={at.toISOString()}>{clockTime(at)}</time>
        </header>
        <Body channel={message.channel} ts={message.ts ?? ""} message={message} />
      </div>
    </article>
  );
});
