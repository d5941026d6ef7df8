import { type ReactNode, useContext } from "react";
import { slackDate } from "../../ui/dates";
import { useDeskNow } from "../../ui/clock";
import { LinkContext } from "../../ui/links";
import { displayName, usePeople } from "../People";

function UserMention({ id }: { id: string }) {
  const people = usePeople();
  return (
    <span className={id === people.me ? "mention mention--me" : "mention"}>@{displayName(people.user(id), id)}</span>
  );
}

function ChannelMention({ id }: { id: string }) {
  return <span className="mention">#{usePeople().channel(id) ?? id}</span>;
}

function GroupMention({ id }: { id: string }) {
  const people = usePeople();
  const mine = people.myGroups.includes(id);
  return <span className={mine ? "mention mention--me" : "mention"}>@{people.group(id) ?? id}</span>;
}

const Broadcast = ({ range }: { range: string }) => <span className="mention mention--me">@{range}</span>;

/** A moment in the reader's time zone; `{ago}` counts by the desk's clock, which the sandbox can wind forward. */
function Moment({ timestamp, format }: { timestamp: string; format: string }) {
  const now = useDeskNow(format.includes("{ago}") ? 5_000 : 30_000);
  const at = new Date(Number(timestamp) * 1000);
  return (
    <time dateTime={at.toISOString()} title={at.toLocaleString()}>
      {slackDate(Number(timestamp), format, new Date(now))}
    </time>
  );
}

export function SlackLink({ href, children }: { href: string; children: ReactNode }) {
  const open = useContext(LinkContext);
  return (
    <a
      href={href}
      className="link"
      onClick={(event) => {
        event.preventDefault();
        open(href);
      }}
    >
      {children}
    </a>
  );
}

/** How slack-blocks-to-jsx is told to draw what depends on this page. */
export const hooks = {
  user: ({ id }: { id: string }) => <UserMention id={id} />,
  channel: ({ id }: { id: string }) => <ChannelMention id={id} />,
  usergroup: ({ id }: { id: string }) => <GroupMention id={id} />,
  atHere: () => <Broadcast range="here" />,
  atChannel: () => <Broadcast range="channel" />,
  atEveryone: () => <Broadcast range="everyone" />,
  date: ({ timestamp, format }: { timestamp: string; format: string }) => (
    <Moment timestamp={timestamp} format={format} />
  ),
  link: ({ href, children }: { href: string; children: ReactNode }) => (
    <SlackLink href={/^(https?|mailto|tel):/i.test(href) ? href : "#"}>{children}</SlackLink>
  ),
};
