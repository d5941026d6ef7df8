import { useState } from "react";
import type { Post } from "../types";

interface Props {
  post: Post;
  now: number;
  onSave: (post: Post, text: string, force: boolean) => Promise<boolean>;
  onClose: () => void;
}

const HOUR = 3_600_000;

/** What X would say against this edit; the sandbox does it all the same. */
function objection(post: Post, now: number): string | null {
  const first = post.edits[0] ?? post;
  if (post.in_reply_to_user && post.in_reply_to_user !== post.author_id) {
    return "On X a reply to somebody else cannot be edited. The sandbox does it anyway.";
  }
  if (now - new Date(first.created_at).getTime() > HOUR) {
    return "On X the hour for edits is over. The sandbox does it anyway.";
  }
  return null;
}

/** Writes a post's next version, in its place. */
export function EditBox({ post, now, onSave, onClose }: Props) {
  const [text, setText] = useState(post.typed);
  const [busy, setBusy] = useState(false);
  const against = objection(post, now);
  const save = async () => {
    setBusy(true);
    if (await onSave(post, text, against !== null)) onClose();
    else setBusy(false);
  };
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void save();
      }}
    >
      <textarea
        className="field"
        aria-label="Edit the post"
        dir="auto"
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="edit__foot">
        {against && <span className="edit__against">{against}</span>}
        <button type="button" className="plain-button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="submit"
          className="x-button"
          disabled={busy || !text.trim() || text.trim() === post.typed.trim()}
          aria-busy={busy || undefined}
        >
          Save
        </button>
      </div>
    </form>
  );
}
