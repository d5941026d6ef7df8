import type { Sandbox } from "../store/useSandbox";
import type { User } from "../types";
import { Avatar } from "../ui/Avatar";
import { Icon, type IconName } from "../ui/Icon";
import type { Choice } from "../ui/theme";
import { Clock } from "./Clock";
import { Faults } from "./Faults";
import { Playbook } from "./Playbook";

interface Props {
  sandbox: Sandbox;
  users: User[];
  user: string;
  onUser: (user: string) => void;
  choice: Choice;
  onChoice: (choice: Choice) => void;
}

const LINKS = {
  connecting: "Connecting",
  live: "Live",
  polling: "Reconnecting",
  down: "Server not reached",
} as const;

const THEMES: Record<Choice, { icon: IconName; next: Choice; says: string }> = {
  system: { icon: "screen", next: "light", says: "Theme: as the system" },
  light: { icon: "sun", next: "dark", says: "Theme: light" },
  dark: { icon: "moon", next: "system", says: "Theme: dark" },
};

const role = (user: User): string => {
  if (user.is_owner) return "admin";
  if (user.is_admin) return "supervisor";
  return user.is_restricted ? "guest" : "agent";
};

export function TopBar({ sandbox, users, user, onUser, choice, onChoice }: Props) {
  const { icon, next, says } = THEMES[choice];
  const people = users.filter((one) => !one.is_bot);
  const me = people.find(({ id }) => id === user);
  return (
    <header className="topbar">
      <h1>
        mentiondesk <span>sandbox</span>
      </h1>
      <div className="acting">
        <Avatar name={me?.real_name ?? user} seed={user} colour={me?.colour} size={26} />
        <label htmlFor="acting-as">Acting as</label>
        <select
          id="acting-as"
          className="field field--select"
          value={user}
          onChange={(event) => onUser(event.target.value)}
        >
          {!me && <option value={user}>{user}</option>}
          {people.map((one) => (
            <option key={one.id} value={one.id}>
              {one.real_name} ({role(one)})
            </option>
          ))}
        </select>
      </div>
      <Playbook playbooks={sandbox.playbooks} refresh={() => sandbox.refresh("playbooks")} />
      <Clock offset={sandbox.offset} />
      <Faults faults={sandbox.faults} refresh={() => sandbox.refresh("faults")} />
      <button type="button" className="bar-button" aria-label={says} title={says} onClick={() => onChoice(next)}>
        <Icon name={icon} size={15} />
      </button>
      <span className={`live live--${sandbox.link}`} title={LINKS[sandbox.link]}>
        {LINKS[sandbox.link]}
      </span>
    </header>
  );
}
