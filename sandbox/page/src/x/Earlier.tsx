import type { Post } from "../types";
import { brief } from "../ui/dates";

/** The earlier versions of an edited post, folded away. */
export function Earlier({ edits, now }: { edits: Post["edits"]; now: number }) {
  if (edits.length === 0) return null;
  return (
    <details className="earlier">
      <summary>{edits.length === 1 ? "Edited" : `Edited ${edits.length} times`}</summary>
      <ol>
        {edits.map((edit) => (
          <li key={edit.id}>
            <time dateTime={edit.created_at}>{brief(new Date(edit.created_at), new Date(now))}</time>
            <span dir="auto">{edit.text}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
