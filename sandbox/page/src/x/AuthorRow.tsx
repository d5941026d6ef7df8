import { useState } from "react";
import type { XState } from "../types";
import { Icon } from "../ui/Icon";
import { PersonPanel } from "./PersonPanel";

interface Props {
  state: XState;
  author: string;
  onAuthor: (username: string) => void;
  refresh: () => void;
  withBrand?: boolean;
}

/** Who is writing on X, and, unfolded, what X shall know of them. */
export function AuthorRow({ state, author, onAuthor, refresh, withBrand = false }: Props) {
  const [open, setOpen] = useState(false);
  const brand = state.account.username;
  const person = state.people.find((one) => one.username === author);
  return (
    <>
      <div className="write__row">
        <label htmlFor="write-as">Write as</label>
        <select
          id="write-as"
          className="field field--select"
          value={author}
          onChange={(event) => onAuthor(event.target.value)}
        >
          {state.people
            .filter((one) => one.id !== state.account.id)
            .map((one) => (
              <option key={one.id} value={one.username}>
                {one.name} @{one.username}
              </option>
            ))}
          {withBrand && (
            <option value={brand}>
              {state.account.name} @{brand} (the brand, by hand)
            </option>
          )}
        </select>
        {person && (
          <button
            type="button"
            className="tool"
            aria-expanded={open}
            aria-pressed={open}
            title={`What X knows of ${person.name}`}
            onClick={() => setOpen(!open)}
          >
            <Icon name="lock" size={13} /> Account
          </button>
        )}
      </div>
      {open && person && <PersonPanel person={person} refresh={refresh} />}
    </>
  );
}
