import { useEffect, useRef } from "react";
import { post as send } from "../api";
import { useDraft } from "../store/useDraft";
import type { DirectMessage, XState } from "../types";
import { useDeskNow } from "../ui/clock";
import { brief } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { useAsync } from "../ui/useAsync";
import { AuthorRow } from "./AuthorRow";
import { PostText } from "./PostText";

interface Props {
  state: XState;
  customer: string;
  onCustomer: (username: string) => void;
  refresh: () => void;
}

/** Where the text of a direct message to the brand waits until it is sent. */
export const draftOf = (customer: string): string => `dm:${customer}`;

function Bubble({ message, brand, now }: { message: DirectMessage; brand: boolean; now: number }) {
  const at = new Date(message.created_at);
  return (
    <article className={`dm ${brand ? "dm--brand" : "dm--mine"}`} aria-label={`Message of @${message.username}`}>
      <p className="dm__text" dir="auto">
        <PostText text={message.text} />
      </p>
      <footer className="dm__foot">
        {brand && <span>{message.by_api ? "Sent by the desk" : "Written by hand"}</span>}
        {message.encrypted && (
          <span className="dm__lock">
            <Icon name="lock" size={11} /> Encrypted: the API never shows it
          </span>
        )}
        <time dateTime={message.created_at} title={at.toLocaleString()}>
          {brief(at, new Date(now))}
        </time>
      </footer>
    </article>
  );
}

/** The private conversation of one customer with the brand, seen from the customer's side. */
export function Messages({ state, customer, onCustomer, refresh }: Props) {
  const [text, setText] = useDraft(draftOf(customer));
  const [busy, run] = useAsync();
  const now = useDeskNow(20_000);
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const messages = state.dms.filter((message) => message.customer === customer);
  const others = [...new Set(state.dms.map((message) => message.customer).reverse())];
  const named = new Map(state.people.map((person) => [person.username, person.name]));

  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages.length, customer]);
  useEffect(() => box.current?.focus(), [customer]);

  const write = async (byHand: boolean) => {
    const written = text.trim();
    if (!written) return;
    const sent = await run(async () => {
      if (byHand) await send("/control/x/native_dm", { to: customer, text: written });
      else await send("/control/x/dm", { author: customer, text: written });
    });
    if (!sent) return;
    setText("");
    refresh();
  };

  return (
    <div className="messages">
      <div className="write">
        <AuthorRow state={state} author={customer} onAuthor={onCustomer} refresh={refresh} />
        {others.length > 0 && (
          <div className="samples" role="group" aria-label="Conversations">
            {others.map((username) => (
              <button
                key={username}
                type="button"
                className="sample"
                aria-pressed={username === customer}
                onClick={() => onCustomer(username)}
              >
                {named.get(username) ?? username}
              </button>
            ))}
          </div>
        )}
      </div>
      <div className="list__scroll dms" ref={list} tabIndex={0} role="region" aria-label="Direct messages">
        {messages.length === 0 && (
          <p className="empty">
            No direct messages between {named.get(customer) ?? customer} and {state.account.name} yet.
          </p>
        )}
        {messages.map((message) => (
          <Bubble key={message.id} message={message} brand={message.author_id === state.account.id} now={now} />
        ))}
      </div>
      <form
        className="write write--below"
        onSubmit={(event) => {
          event.preventDefault();
          void write(false);
        }}
      >
        <div className="write__box">
          <textarea
            ref={box}
            rows={2}
            dir="auto"
            maxLength={10_000}
            aria-label="Write a direct message"
            placeholder={`Write to ${state.account.name}`}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void write(false);
            }}
          />
          <button type="submit" className="x-button" disabled={!text.trim() || busy} aria-busy={busy || undefined}>
            Send
          </button>
        </div>
        <button type="button" className="tool write__hand" disabled={!text.trim() || busy} onClick={() => void write(true)}>
          <Icon name="hand" size={13} /> Send it as {state.account.name} instead, by hand
        </button>
      </form>
    </div>
  );
}
