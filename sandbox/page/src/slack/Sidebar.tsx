import type { Channel, SlackMessage } from "../types";
import { Icon } from "../ui/Icon";
import { displayName, usePeople } from "./People";

interface Props {
  me: string;
  channels: Channel[];
  open: string;
  readTo: (channel: string) => string;
  onOpen: (channel: string) => void;
}

export const HOME = "home";
export const isDirect = (channel: Channel): boolean => channel.is_im ?? channel.id.startsWith("D");

function mentions(text: string, me: string, groups: string[]): boolean {
  if (text.includes(`<@${me}>`) || text.includes(`"user_id":"${me}"`) || text.includes("<!channel>")) return true;
  return groups.some((id) => text.includes(`<!subteam^${id}`) || text.includes(`"usergroup_id":"${id}"`));
}

/** What came since this person last looked; a thread makes a channel no news unless somebody is called in it. */
function news(channel: Channel, people: ReturnType<typeof usePeople>, readTo: string): { unread: boolean; pings: number } {
  const { me, myGroups } = people;
  const isFresh = ({ ts, user }: SlackMessage) => Number(ts) > Number(readTo) && user !== me;
  const fresh = channel.messages.filter(isFresh);
  const inThreads = channel.messages.flatMap(({ thread }) => thread?.filter(isFresh) ?? []);
  const pings = [...fresh, ...inThreads].filter(({ text, blocks }) =>
    mentions(JSON.stringify([text, blocks]), me, myGroups),
  );
  return { unread: fresh.length > 0, pings: pings.length };
}

/** The channels of the acting person, those with something new in bold. */
export function Sidebar({ me, channels, open, readTo, onOpen }: Props) {
  const people = usePeople();
  const rooms = channels.filter((channel) => !isDirect(channel));
  const direct = channels.filter(isDirect);

  const entry = (channel: Channel) => {
    const { unread, pings } = news(channel, people, readTo(channel.id));
    const current = channel.id === open;
    const name = isDirect(channel) ? "mentiondesk" : `#${channel.name}`;
    return (
      <li key={channel.id}>
        <button
          type="button"
          className={`room ${unread && !current ? "room--unread" : ""} ${channel.is_member ? "" : "room--outside"}`}
          aria-label={name}
          aria-description={unread && !current ? "unread" : undefined}
          aria-current={current ? "page" : undefined}
          onClick={() => onOpen(channel.id)}
        >
          <span className="room__mark" aria-hidden="true">
            {isDirect(channel) ? "@" : "#"}
          </span>
          <span className="room__name">{isDirect(channel) ? "mentiondesk" : channel.name}</span>
          {pings > 0 && !current && <span className="room__pings">{pings}</span>}
          {unread && pings === 0 && !current && <span className="room__dot" data-testid="unread" />}
        </button>
      </li>
    );
  };

  return (
    <nav className="sidebar" aria-label="Channels">
      <p className="pane-name">Slack</p>
      <p className="sidebar__team">Sari Shop</p>
      <p className="sidebar__me">{displayName(people.user(me), me)}</p>
      <h2>Channels</h2>
      <ul>{rooms.map(entry)}</ul>
      <h2>Apps</h2>
      <ul>
        {direct.map(entry)}
        <li>
          <button
            type="button"
            className="room"
            aria-label="mentiondesk Home"
            aria-current={open === HOME ? "page" : undefined}
            onClick={() => onOpen(HOME)}
          >
            <span className="room__mark" aria-hidden="true">
              <Icon name="home" size={13} />
            </span>
            <span className="room__name">Home</span>
          </button>
        </li>
      </ul>
    </nav>
  );
}
