import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { SlackState, User } from "../types";

interface People {
  me: string;
  user: (id: string) => User | undefined;
  channel: (id: string) => string | undefined;
  group: (id: string) => string | undefined;
  /** The user groups that the acting person is in. */
  myGroups: string[];
  all: User[];
  channels: { id: string; name: string }[];
}

const nobody: People = {
  me: "",
  user: () => undefined,
  channel: () => undefined,
  group: () => undefined,
  myGroups: [],
  all: [],
  channels: [],
};
const PeopleContext = createContext<People>(nobody);

/** Names for the ids that messages mention. */
export const usePeople = (): People => useContext(PeopleContext);

export function PeopleProvider({ state, children }: { state: SlackState; children: ReactNode }) {
  const names = state.channels.map(({ id, name }) => `${id} ${name}`).join("\n");
  const people = useMemo<People>(() => {
    const users = new Map(state.users.map((user) => [user.id, user]));
    const channels = state.channels.map(({ id, name }) => ({ id, name }));
    const channelNames = new Map(channels.map(({ id, name }) => [id, name]));
    const groups = new Map((state.usergroups ?? []).map((group) => [group.id, group.handle ?? group.name]));
    return {
      me: state.me,
      user: (id) => users.get(id),
      channel: (id) => channelNames.get(id),
      group: (id) => groups.get(id),
      myGroups: (state.usergroups ?? []).filter((group) => group.users?.includes(state.me)).map(({ id }) => id),
      all: state.users,
      channels,
    };
    // The channels' messages change all the time; only their names matter here.
  }, [state.me, state.users, state.usergroups, names]);
  return <PeopleContext.Provider value={people}>{children}</PeopleContext.Provider>;
}

export const displayName = (user: User | undefined, id: string): string => user?.real_name || user?.name || id;
