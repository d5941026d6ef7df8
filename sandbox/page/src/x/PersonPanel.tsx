import { post as send } from "../api";
import type { Person, TakesDms } from "../types";
import { useAsync } from "../ui/useAsync";

const SWITCHES = [
  ["blocks_us", "Blocks the brand", "Their posts can be read, and not answered"],
  ["protected", "Protected", "Their posts are seen by followers only, so not by the brand"],
  ["suspended", "Suspended", "X has taken the account away"],
  ["follows_us", "Follows the brand", "Which is what 'contacts' and some reply settings ask"],
  ["encrypted_dms", "Encrypted messages", "Their direct messages never reach the API"],
] as const;

const TAKES: Record<TakesDms, string> = {
  everyone: "everyone",
  verified: "verified accounts",
  contacts: "whom they follow",
  nobody: "nobody",
};

/** Switches for what X knows of one customer. */
export function PersonPanel({ person, refresh }: { person: Person; refresh: () => void }) {
  const [busy, run] = useAsync();
  const change = (what: Partial<Person>) => {
    void run(async () => {
      await send("/control/x/person", { username: person.username, ...what });
      refresh();
    });
  };
  return (
    <fieldset className="person-panel" aria-label={`Account of ${person.name}`} disabled={busy}>
      {SWITCHES.map(([key, label, why]) => (
        <label key={key} className="person-panel__switch" title={why}>
          <input type="checkbox" checked={person[key]} onChange={() => change({ [key]: !person[key] })} /> {label}
        </label>
      ))}
      <label className="person-panel__switch" title="Whoever has written to the brand gets its answers anyway">
        First messages from
        <select
          className="field field--select"
          aria-label="First messages from"
          value={person.takes_dms}
          onChange={(event) => change({ takes_dms: event.target.value as TakesDms })}
        >
          {Object.entries(TAKES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
