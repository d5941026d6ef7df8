import type { User } from "../types";

interface Names {
  users: User[];
  channels: { id: string; name: string }[];
}

const escape = (text: string): string =>
  text.replace(/[&<>]/g, (found) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[found] ?? found);

/** What a person typed as Slack hands it on: `<`, `>` and `&` escaped, `@asha` and `#support` as mentions. */
export function encode(typed: string, { users, channels }: Names): string {
  return escape(typed)
    .replace(/(^|\s)@([a-z0-9_.-]+)/gi, (whole, before: string, name: string) => {
      if (/^(here|channel|everyone)$/.test(name)) return `${before}<!${name}>`;
      const user = users.find((one) => one.name.toLowerCase() === name.toLowerCase());
      return user ? `${before}<@${user.id}>` : whole;
    })
    .replace(/(^|\s)#([a-z0-9_-]+)/gi, (whole, before: string, name: string) => {
      const channel = channels.find((one) => one.name === name.toLowerCase());
      return channel ? `${before}<#${channel.id}|${channel.name}>` : whole;
    });
}
