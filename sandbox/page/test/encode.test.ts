import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "../src/slack/encode";
import { inline } from "../src/slack/blocks/mrkdwn";

const names = {
  users: [{ id: "U0ASHA", name: "asha", real_name: "Asha Rao" }],
  channels: [{ id: "C0LEADS", name: "support-leads" }],
};

test("what a person types is escaped, and their mentions are found", () => {
  assert.equal(
    encode("@asha see #support-leads & <!channel>", names),
    "<@U0ASHA> see <#C0LEADS|support-leads> &amp; &lt;!channel&gt;",
  );
  assert.equal(encode("@here me@asha #51077 @nobody", names), "<!here> me@asha #51077 @nobody");
});

test("what was typed is shown as it was typed", () => {
  const typed = "a < b && c > d https://a.example/?x=1&y=2.";
  assert.deepEqual(inline(encode(typed, names)), [
    { type: "text", text: "a < b && c > d " },
    { type: "link", url: "https://a.example/?x=1&y=2" },
    { type: "text", text: "." },
  ]);
});
