import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, brief, slackDate } from "../src/ui/dates";

const now = new Date(2026, 0, 15, 12, 0, 0);
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

test("how long ago, and how soon", () => {
  assert.equal(ago(at(-61), now), "1 minute ago");
  assert.equal(ago(at(900), now), "in 15 minutes");
  assert.equal(ago(at(-86_400 * 3), now), "3 days ago");
  assert.equal(ago(at(0), now), "now");
  assert.equal(brief(at(-7_300), now), "2h");
});

test("Slack's tokens, and what is no token", () => {
  const seconds = at(86_400).getTime() / 1000;
  assert.equal(slackDate(seconds, "{date_short_pretty}", now), "Tomorrow");
  assert.equal(slackDate(seconds, "{date_num} {ago} {nonsense}", now), "2026-01-16 in 1 day {nonsense}");
});
