import { useContext } from "react";
import { LinkContext } from "../ui/links";

const PARTS = /(@[A-Za-z0-9_]{1,15}|#[\p{L}\p{N}\p{M}_]+|https?:\/\/\S*[^\s.,;:!?)'"…।])/u;

/** A post's text, with handles, hashtags and addresses in colour. Everything else stays text. */
export function PostText({ text, onLink }: { text: string; onLink?: (url: string) => void }) {
  const elsewhere = useContext(LinkContext);
  const open = onLink ?? elsewhere;
  return text.split(PARTS).map((part, number) => {
    if (number % 2 === 0) return part;
    if (part.startsWith("http")) {
      return (
        <button key={number} type="button" className="link" onClick={() => open(part)}>
          {part}
        </button>
      );
    }
    return (
      <span key={number} className="post__tag">
        {part}
      </span>
    );
  });
}
