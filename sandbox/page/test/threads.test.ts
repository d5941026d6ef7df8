import assert from "node:assert/strict";
import { test } from "node:test";
import type { Post } from "../src/types";
import { type Branch, newestIds, threads } from "../src/x/threads";

const post = (id: string, in_reply_to: string | null = null, deleted = false): Post => ({
  id,
  author_id: "1",
  username: "u",
  text: id,
  typed: id,
  edits: [],
  created_at: "2026-01-01T00:00:00Z",
  conversation_id: id,
  in_reply_to,
  deleted,
});
const drawn = (branch: Branch): string =>
  branch.post.id + (branch.replies.length > 0 ? `(${branch.replies.map(drawn).join(" ")})` : "");

test("replies hang under what they answer, the newest conversation comes first", () => {
  const posts = [post("9"), post("10"), post("12", "9"), post("11", "9"), post("13", "12"), post("14", "404")];
  assert.deepEqual(threads(posts).map(drawn), ["14", "10", "9(11 12(13))"]);
});

test("a deleted post stays only while something hangs on it", () => {
  assert.deepEqual(threads([post("1", null, true), post("2", "1"), post("3", null, true)]).map(drawn), ["1(2)"]);
  assert.deepEqual(threads([post("1", null, true), post("2", "1", true)]).map(drawn), []);
});

test("what answered an earlier version hangs under the newest", () => {
  const edited = { ...post("5"), edits: [{ id: "1", text: "1", created_at: "2026-01-01T00:00:00Z" }] };
  assert.deepEqual(threads([edited, post("2", "1"), post("6", "5")]).map(drawn), ["5(2 6)"]);
  assert.equal(newestIds([edited]).get("1"), "5");
});
