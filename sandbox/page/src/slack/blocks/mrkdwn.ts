/**
 * Slack's mrkdwn as the elements of a `rich_text` block, which is how Slack itself keeps it.
 * The parser of slack-blocks-to-jsx is not used: it resolves `&lt;` before it looks for mentions, so that a customer's
 * escaped `&lt;!channel&gt;` would show as a real ping, and it drops lines that Markdown reads as headings or HTML.
 */

export interface Style {
  bold?: true;
  italic?: true;
  strike?: true;
  code?: true;
}

export type Inline =
  | { type: "text"; text: string; style?: Style }
  | { type: "emoji"; name: string; skin_tone?: number }
  | { type: "user"; user_id: string; style?: Style }
  | { type: "channel"; channel_id: string; style?: Style }
  | { type: "usergroup"; usergroup_id: string; style?: Style }
  | { type: "broadcast"; range: string; style?: Style }
  | { type: "date"; timestamp: number; format: string; style?: Style }
  | { type: "link"; url: string; text?: string; style?: Style };

export interface Part {
  type: "rich_text_section" | "rich_text_quote" | "rich_text_preformatted";
  elements: Inline[];
}

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const unescape = (text: string): string => text.replace(/&(?:lt|gt|amp);/g, (found) => ENTITIES[found] ?? found);

const EMOJI = /:([a-z0-9_+'-]+)(?:::skin-tone-([2-6]))?:/g;

/** Plain text with its `:emoji:` names found. */
export function plain(text: string, style?: Style): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  const add = (piece: string) => {
    if (piece) found.push({ type: "text", text: unescape(piece), ...(style ? { style } : {}) });
  };
  for (const match of text.matchAll(EMOJI)) {
    const [whole, name = "", tone] = match;
    if (/^\d+$/.test(name) && name !== "100" && name !== "1234") continue;
    add(text.slice(from, match.index));
    found.push({ type: "emoji", name, ...(tone ? { skin_tone: Number(tone) } : {}) });
    from = match.index + whole.length;
  }
  add(text.slice(from));
  return found;
}

/** What stands between `<` and `>`; null when it is none of Slack's. */
function entity(inside: string, style?: Style): Inline | null {
  const styled = style ? { style } : {};
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : inside.slice(bar + 1);
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { type: "user", user_id: target.slice(1), ...styled };
  if (/^#[CG][A-Z0-9]+$/.test(target)) return { type: "channel", channel_id: target.slice(1), ...styled };
  if (/^!subteam\^[A-Z0-9]+$/.test(target)) return { type: "usergroup", usergroup_id: target.slice(9), ...styled };
  if (/^!(here|channel|everyone)$/.test(target)) return { type: "broadcast", range: target.slice(1), ...styled };
  if (target.startsWith("!date^")) return date(target, label, styled);
  if (/^(https?:|mailto:|tel:)/i.test(target)) {
    const text = label === undefined ? undefined : unescape(label);
    return { type: "link", url: unescape(target), ...(text ? { text } : {}), ...styled };
  }
  return null;
}

function date(target: string, fallback: string | undefined, styled: { style?: Style }): Inline {
  const [, seconds = "", format = ""] = target.split("^");
  const timestamp = Number(seconds);
  if (!/^-?\d+$/.test(seconds) || !format) return { type: "text", text: unescape(fallback ?? ""), ...styled };
  return { type: "date", timestamp, format: unescape(format), ...styled };
}

const ADDRESS = /\bhttps?:\/\/(?:(?!&[lg]t;)[^\s<>|])+/g;
const AFTER_ADDRESS = /[.,:;!?'")\]*_~]+$/;

/** Text without marks: bare addresses become links, as on Slack. */
function loose(text: string, style?: Style): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    found.push(...plain(text.slice(from, match.index), style));
    const address = match[0].replace(AFTER_ADDRESS, "");
    found.push({ type: "link", url: unescape(address), ...(style ? { style } : {}) });
    from = match.index + address.length;
  }
  found.push(...plain(text.slice(from), style));
  return found;
}

const MARKS: Record<string, keyof Style> = { "*": "bold", _: "italic", "~": "strike" };
const WORD = /[\p{L}\p{N}\p{M}]/u;

/** Where the mark that opened at `start` closes, or -1 when it opens nothing. */
function closing(text: string, start: number): number {
  const mark = text[start] ?? "";
  const before = text[start - 1] ?? " ";
  const after = text[start + 1] ?? " ";
  if (WORD.test(before) || /\s/.test(after) || after === mark) return -1;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "<") {
      const end = text.indexOf(">", at);
      if (end > at) at = end;
    } else if (text[at] === mark && !/\s/.test(text[at - 1] ?? " ") && !WORD.test(text[at + 1] ?? " ")) {
      return at;
    }
  }
  return -1;
}

/** One run of text: entities, code, bold, italic, strike, emoji. */
export function inline(text: string, style: Style = {}): Inline[] {
  const found: Inline[] = [];
  const own = Object.keys(style).length > 0 ? style : undefined;
  let from = 0;
  let at = 0;
  const flush = () => found.push(...loose(text.slice(from, at), own));
  const take = (elements: Inline[], end: number) => {
    flush();
    found.push(...elements);
    from = at = end;
  };
  while (at < text.length) {
    const letter = text[at] ?? "";
    if (letter === "<") {
      const end = text.indexOf(">", at);
      const element = end < 0 ? null : entity(text.slice(at + 1, end), own);
      if (element) {
        take([element], end + 1);
        continue;
      }
    } else if (letter === "`") {
      const end = text.indexOf("`", at + 1);
      const code = end < 0 ? "" : text.slice(at + 1, end);
      if (code && !code.includes("\n")) {
        take([{ type: "text", text: unescape(code), style: { ...style, code: true } }], end + 1);
        continue;
      }
    } else if (MARKS[letter] && !style[MARKS[letter]]) {
      const end = closing(text, at);
      if (end > 0) {
        take(inline(text.slice(at + 1, end), { ...style, [MARKS[letter]]: true }), end + 1);
        continue;
      }
    }
    at += 1;
  }
  flush();
  return found;
}

const QUOTED = /^(?:>|&gt;) ?/;

/** Lines outside of code: quotes, and everything else. */
function lines(text: string): Part[] {
  const parts: Part[] = [];
  let kind: Part["type"] | null = null;
  let kept: string[] = [];
  const end = () => {
    if (kind && kept.length > 0) parts.push({ type: kind, elements: inline(kept.join("\n")) });
    kept = [];
  };
  const all = text.split("\n");
  for (const [number, line] of all.entries()) {
    const rest = /^(?:>>>|&gt;&gt;&gt;) ?/.exec(line);
    if (rest) {
      end();
      kind = "rich_text_quote";
      kept = [line.slice(rest[0].length), ...all.slice(number + 1)];
      break;
    }
    const next = QUOTED.test(line) ? "rich_text_quote" : "rich_text_section";
    if (next !== kind) end();
    kind = next;
    kept.push(next === "rich_text_quote" ? line.replace(QUOTED, "") : line);
  }
  end();
  return parts;
}

/** A whole mrkdwn text: what stands between two ``` is code, the rest is lines. */
export function mrkdwn(text: string): Part[] {
  const parts: Part[] = [];
  const code = /```([^]*?)```/g;
  let from = 0;
  const before = (piece: string) => {
    if (piece.trim()) parts.push(...lines(piece.replace(/^\n|\n$/g, "")));
  };
  for (const match of text.matchAll(code)) {
    const body = unescape((match[1] ?? "").replace(/^\n|\n$/g, ""));
    if (!body) continue;
    before(text.slice(from, match.index));
    parts.push({ type: "rich_text_preformatted", elements: [{ type: "text", text: body }] });
    from = match.index + match[0].length;
  }
  before(text.slice(from));
  return parts;
}
