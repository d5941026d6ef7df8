import assert from "node:assert/strict";
import { test } from "node:test";
import { inline, mrkdwn, plain } from "../src/slack/blocks/mrkdwn";

test("an escaped mention stays text: a customer cannot ping anybody", () => {
  assert.deepEqual(inline("&lt;!channel&gt; &lt;@U0ASHA&gt; &amp;lt;"), [
    { type: "text", text: "<!channel> <@U0ASHA> &lt;" },
  ]);
});

test("mentions, links and dates are found", () => {
  assert.deepEqual(
    inline("<@U0ASHA> <#C0LEADS|leads> <!subteam^S0LEADS> <!here> <https://a.example/?a=1&amp;b=2|there>"),
    [
      { type: "user", user_id: "U0ASHA" },
      { type: "text", text: " " },
      { type: "channel", channel_id: "C0LEADS" },
      { type: "text", text: " " },
      { type: "usergroup", usergroup_id: "S0LEADS" },
      { type: "text", text: " " },
      { type: "broadcast", range: "here" },
      { type: "text", text: " " },
      { type: "link", url: "https://a.example/?a=1&b=2", text: "there" },
    ],
  );
  assert.deepEqual(inline("<!date^1763766000^{date_short_pretty} {time}|fallback>"), [
    { type: "date", timestamp: 1763766000, format: "{date_short_pretty} {time}" },
  ]);
  assert.deepEqual(inline("<!date^soon^{time}|fallback>"), [{ type: "text", text: "fallback" }]);
});

test("an address that could run something is no link", () => {
  assert.deepEqual(inline("<javascript:alert(1)|x>"), [{ type: "text", text: "<javascript:alert(1)|x>" }]);
});

test("marks need words' edges in every script", () => {
  assert.deepEqual(inline("*bold* _it_ ~no~ `*code*`"), [
    { type: "text", text: "bold", style: { bold: true } },
    { type: "text", text: " " },
    { type: "text", text: "it", style: { italic: true } },
    { type: "text", text: " " },
    { type: "text", text: "no", style: { strike: true } },
    { type: "text", text: " " },
    { type: "text", text: "*code*", style: { code: true } },
  ]);
  for (const text of ["snake_case_word", "2*3*4", "* not *", "**", "पैसे*कट*गए", "*open\nnext*"]) {
    assert.deepEqual(inline(text), [{ type: "text", text }], text);
  }
  assert.deepEqual(inline("*_both_*"), [{ type: "text", text: "both", style: { bold: true, italic: true } }]);
});

test("emoji names are found, times of day are not", () => {
  assert.deepEqual(plain(":wave::skin-tone-3: at 10:30:15"), [
    { type: "emoji", name: "wave", skin_tone: 3 },
    { type: "text", text: " at 10:30:15" },
  ]);
});

test("quotes, code and everything else, in order; nothing is dropped", () => {
  assert.deepEqual(mrkdwn("# no heading\n&gt; one\n> two\n---\n```\nif (a &lt; b)\n```\nend"), [
    { type: "rich_text_section", elements: [{ type: "text", text: "# no heading" }] },
    { type: "rich_text_quote", elements: [{ type: "text", text: "one\ntwo" }] },
    { type: "rich_text_section", elements: [{ type: "text", text: "---" }] },
    { type: "rich_text_preformatted", elements: [{ type: "text", text: "if (a < b)" }] },
    { type: "rich_text_section", elements: [{ type: "text", text: "end" }] },
  ]);
  assert.deepEqual(mrkdwn("&gt;&gt;&gt;all\nof it"), [
    { type: "rich_text_quote", elements: [{ type: "text", text: "all\nof it" }] },
  ]);
  assert.deepEqual(mrkdwn("open ``` code"), [
    { type: "rich_text_section", elements: [{ type: "text", text: "open ``` code" }] },
  ]);
});

test("the longest hostile text is read in no time", () => {
  const started = Date.now();
  for (const piece of ["*", "_a", "<", "`", ":a", "*a ", "&lt;", "<@"]) mrkdwn(piece.repeat(12_000 / piece.length));
  assert.ok(Date.now() - started < 2_000, `${Date.now() - started} ms`);
});
