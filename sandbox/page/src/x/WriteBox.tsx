import { useEffect, useRef } from "react";
import { post as send } from "../api";
import { useDraft } from "../store/useDraft";
import type { Post, XState } from "../types";
import { Icon } from "../ui/Icon";
import { useAsync } from "../ui/useAsync";
import { AuthorRow } from "./AuthorRow";
import { BRAND, samplesFor, shortened } from "./samples";

export interface Aim {
  kind: "reply" | "quote";
  post: Post;
}

interface Props {
  state: XState;
  author: string;
  aim: Aim | null;
  onAuthor: (username: string) => void;
  onAim: (aim: Aim | null) => void;
  onWritten: () => void;
  refresh: () => void;
}

/** Writes on X as a customer, or as the brand by hand (which the desk must recognise as its own). */
export function WriteBox({ state, author, aim, onAuthor, onAim, onWritten, refresh }: Props) {
  const brand = state.account.username;
  const isBrand = author === brand;
  const [text, setText] = useDraft(`x:${author}`);
  const [busy, run] = useAsync();
  const box = useRef<HTMLTextAreaElement>(null);
  const samples = isBrand ? BRAND : samplesFor(author);

  useEffect(() => {
    if (aim) box.current?.focus();
  }, [aim]);

  const submit = async () => {
    const written = text.trim();
    if (!written) return;
    const reply = aim?.kind === "reply" ? { reply_to: aim.post.id } : {};
    const quote = aim?.kind === "quote" ? { quote_of: aim.post.id } : {};
    const sent = await run(async () => {
      if (isBrand) await send("/control/x/native", { text: written, ...reply, ...quote });
      else await send("/control/x/write", { author, text: written, ...reply, ...quote });
    });
    if (!sent) return;
    setText("");
    onAim(null);
    onWritten();
  };

  return (
    <form
      className="write"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <AuthorRow state={state} author={author} onAuthor={onAuthor} refresh={refresh} withBrand />
      {aim && (
        <div className="write__aim">
          <Icon name={aim.kind === "reply" ? "reply" : "quote"} size={13} />
          <span className="write__aimed" dir="auto">
            {aim.kind === "reply" ? "Replying to" : "Quoting"} <strong>@{aim.post.username}</strong> {aim.post.text}
          </span>
          <button type="button" className="icon-button" aria-label="Cancel" onClick={() => onAim(null)}>
            <Icon name="close" size={13} />
          </button>
        </div>
      )}
      <div className="write__box">
        <textarea
          ref={box}
          rows={2}
          dir="auto"
          aria-label="Write on X"
          placeholder={aim?.kind === "reply" ? "Write a reply" : "What is happening?"}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void submit();
          }}
        />
        <button type="submit" className="x-button" disabled={!text.trim() || busy} aria-busy={busy || undefined}>
          {aim?.kind === "reply" ? "Reply" : "Post"}
        </button>
      </div>
      <div className="samples" role="group" aria-label="Sample sentences">
        {samples.map((sample) => (
          <button
            key={sample.text}
            type="button"
            className="sample"
            title={sample.text}
            lang={sample.lang.length === 2 ? sample.lang : "hi-Latn"}
            onClick={() => {
              setText(sample.text);
              box.current?.focus();
            }}
          >
            {shortened(sample.text)}
          </button>
        ))}
      </div>
    </form>
  );
}
