import { type Block as LibraryBlock, Message } from "slack-blocks-to-jsx";
import { memo, useContext, useMemo } from "react";
import { ThemeContext } from "../../ui/theme";
import type { Block, TextObject } from "../../types";
import { mrkdwn, plain } from "./mrkdwn";
import { hooks } from "./mentions";

/** One block drawn by slack-blocks-to-jsx, with people, dates and links drawn by this page. */
export const Library = memo(function Library({ block }: { block: Block }) {
  const theme = useContext(ThemeContext);
  const blocks = useMemo(() => [block as unknown as LibraryBlock], [block]);
  return <Message blocks={blocks} name="" logo="" hooks={hooks} theme={theme} withoutWrapper />;
});

/** A mrkdwn text as Slack shows it. */
export function Mrkdwn({ text }: { text: string }) {
  const block = useMemo(() => ({ type: "rich_text", elements: mrkdwn(text) }) as unknown as Block, [text]);
  return <Library block={block} />;
}

/** A plain text; only a text with an `:emoji:` needs drawing. */
export function Plain({ text }: { text: string }) {
  const block = useMemo(
    () => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: plain(text) }] }) as unknown as Block,
    [text],
  );
  if (!/:[a-z0-9_+'-]+:/.test(text) && !text.includes("&")) return <>{text}</>;
  return (
    <span className="plain">
      <Library block={block} />
    </span>
  );
}

export function Text({ text }: { text: TextObject }) {
  return text.type === "mrkdwn" ? <Mrkdwn text={text.text} /> : <Plain text={text.text} />;
}

/** The words of a text object, or of a bare string, for names and labels. */
export function words(text: TextObject | string | null | undefined): string {
  return typeof text === "string" ? text : (text?.text ?? "");
}
