import assert from "node:assert/strict";
import { test } from "node:test";
import { target } from "../src/ui/links";

test("addresses that lead into the sandbox are known", () => {
  assert.deepEqual(target("https://x.com/ravi_k/status/170"), { kind: "post", id: "170" });
  assert.deepEqual(target("https://x.com/intent/post?in_reply_to=171"), { kind: "post", id: "171" });
  assert.deepEqual(
    target("https://sari-shop.slack.com/archives/C0SUPPORT/p1763766000123456?thread_ts=1763765000.000001"),
    {
      kind: "message",
      channel: "C0SUPPORT",
      ts: "1763766000.123456",
      thread: "1763765000.000001",
    },
  );
  assert.deepEqual(target("https://x.com/messages/compose?recipient_id=17&text=Order%204%2B4"), {
    kind: "dm",
    to: "17",
    text: "Order 4+4",
  });
  assert.deepEqual(target("https://example.com/"), { kind: "elsewhere" });
});
