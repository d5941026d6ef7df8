import type { Person } from "../types";

/** What is out of the ordinary about somebody, in a word each. */
export function PersonTags({ person }: { person: Person }) {
  const words = [
    person.suspended && "Suspended",
    person.protected && "Protected",
    person.blocks_us && "Blocks the brand",
    person.takes_dms === "nobody" && "No messages",
    person.encrypted_dms && "Encrypted",
  ].filter((word): word is string => typeof word === "string");
  if (words.length === 0) return null;
  return (
    <p className="post__tags">
      {words.map((word) => (
        <span key={word} className="tag">
          {word}
        </span>
      ))}
    </p>
  );
}
