import { useCallback, useMemo, useRef, useState } from "react";
import { post as send } from "../api";
import type { Post, XState } from "../types";
import { useAsync } from "../ui/useAsync";
import { WriteBox, type Aim } from "./WriteBox";
import { Timeline } from "./Timeline";

interface Props {
  state: XState;
  seek: { id: string; at: number } | null;
  refresh: () => void;
}

function Spent({ spent }: { spent: XState["spent"] }) {
  const cents = (amount: string): string => `$${Number(amount).toFixed(3)}`;
  return (
    <span className="spent" title={`Reads ${cents(spent.reads)}, writes ${cents(spent.writes)}`}>
      Spent <strong>{cents(spent.total)}</strong>
    </span>
  );
}

/** X as the world sees it, and a box to write in as one of the customers, or by hand as the brand. */
export function XPane({ state, seek, refresh }: Props) {
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
  const actions = useMemo(() => ({ reply, quote, byHand, erase }), [reply, quote, byHand, erase]);

  return (
    <>
      <header className="pane-head">
        <span className="pane-name">X</span>
        <h2>Public timeline</h2>
        <Spent spent={state.spent} />
      </header>
      <WriteBox state={state} author={author} aim={aim} onAuthor={choose} onAim={setAim} onWritten={written} />
      <Timeline state={state} actions={actions} seek={seek} aimedAt={aim?.post.id ?? null} />
    </>
  );
}
