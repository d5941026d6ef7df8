import { type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { post as send } from "../api";
import { setDraft } from "../store/useDraft";
import type { Post, XState } from "../types";
import { LinkContext, target } from "../ui/links";
import { useAsync } from "../ui/useAsync";
import { draftOf, Messages } from "./Messages";
import { WriteBox, type Aim } from "./WriteBox";
import { Timeline } from "./Timeline";

interface Props {
  state: XState;
  seek: { id: string; at: number } | null;
  /** A link to a message to the brand that was followed outside this pane. */
  deepLink: { text: string; at: number } | null;
  refresh: () => void;
}

type Tab = "timeline" | "messages";

function Spent({ spent }: { spent: XState["spent"] }) {
  const cents = (amount: string): string => `$${Number(amount).toFixed(3)}`;
  return (
    <span className="spent" title={`Reads ${cents(spent.reads)}, writes ${cents(spent.writes)}`}>
      Spent <strong>{cents(spent.total)}</strong>
    </span>
  );
}

function TabButton({ here, onOpen, children }: { here: boolean; onOpen: () => void; children: ReactNode }) {
  return (
    <button type="button" role="tab" className="tabs__tab" aria-selected={here} onClick={onOpen}>
      {children}
    </button>
  );
}

/** X as the world sees it, and a box to write in as one of the customers, or by hand as the brand. */
export function XPane({ state, seek, deepLink, refresh }: Props) {
  const [tab, setTab] = useState<Tab>("timeline");
  const [author, setAuthor] = useState(() => state.people[0]?.username ?? "");
  const [aim, setAim] = useState<Aim | null>(null);
  const [, run] = useAsync();

  const reply = useCallback((post: Post) => setAim({ kind: "reply", post }), []);
  const quote = useCallback((post: Post) => setAim({ kind: "quote", post }), []);
  // After an answer by hand, whoever wrote before goes on.
  const customer = useRef<string | null>(null);
  const byHand = useCallback(
    (post: Post) => {
      customer.current = author === state.account.username ? customer.current : author;
      setAuthor(state.account.username);
      setAim({ kind: "reply", post });
    },
    [author, state.account.username],
  );
  const choose = useCallback((username: string) => {
    customer.current = null;
    setAuthor(username);
    setAim(null); // what one customer was about to answer is not the next one's
  }, []);
  const written = useCallback(() => {
    if (customer.current) setAuthor(customer.current);
    customer.current = null;
    refresh();
  }, [refresh]);
  const erase = useCallback(
    (post: Post) => {
      void run(async () => {
        await send("/control/x/delete", { id: post.id });
        refresh();
      });
    },
    [run, refresh],
  );
  const edit = useCallback(
    (post: Post, text: string, force: boolean) =>
      run(async () => {
        await send("/control/x/edit", { id: post.id, text, force });
        refresh();
      }),
    [run, refresh],
  );

  const isBrand = author === state.account.username;
  const reader = isBrand ? (customer.current ?? state.people[0]?.username ?? "") : author;
  const compose = useCallback(
    (username: string, text: string) => {
      if (text) setDraft(draftOf(username), text);
      choose(username);
      setTab("messages");
    },
    [choose],
  );
  const now = useRef({ state, reader, compose });
  now.current = { state, reader, compose };
  useEffect(() => {
    if (deepLink) now.current.compose(now.current.reader, deepLink.text);
  }, [deepLink]);
  useEffect(() => {
    if (seek) setTab("timeline");
  }, [seek]);

  const elsewhere = useContext(LinkContext);
  // A link under a reply is there for whoever is answered: they follow it, whoever wrote last.
  const follow = useCallback(
    (post: Post, url: string) => {
      const found = target(url);
      const { state, reader, compose } = now.current;
      if (found.kind !== "dm" || found.to !== state.account.id) return elsewhere(url);
      const answered = state.posts.find(
        ({ id, edits }) => id === post.in_reply_to || edits.some((one) => one.id === post.in_reply_to),
      );
      const named = state.people.find((person) => person.id === answered?.author_id);
      compose(named?.username ?? reader, found.text);
    },
    [elsewhere],
  );
  const actions = useMemo(
    () => ({ reply, quote, byHand, erase, edit, follow }),
    [reply, quote, byHand, erase, edit, follow],
  );

  return (
    <>
      <header className="pane-head">
        <span className="pane-name">X</span>
        <div className="tabs" role="tablist" aria-label="X">
          <TabButton here={tab === "timeline"} onOpen={() => setTab("timeline")}>
            Public timeline
          </TabButton>
          <TabButton here={tab === "messages"} onOpen={() => setTab("messages")}>
            Messages {state.dms.length > 0 && <span className="tabs__count">{state.dms.length}</span>}
          </TabButton>
        </div>
        <Spent spent={state.spent} />
      </header>
      {tab === "messages" ? (
        <Messages state={state} customer={reader} onCustomer={choose} refresh={refresh} />
      ) : (
        <>
          <WriteBox
            state={state}
            author={author}
            aim={aim}
            onAuthor={choose}
            onAim={setAim}
            onWritten={written}
            refresh={refresh}
          />
          <Timeline state={state} actions={actions} seek={seek} aimedAt={aim?.post.id ?? null} />
        </>
      )}
    </>
  );
}
